import { resolve } from 'node:path';
import { editConfig, editsOf } from '../../../src/document/configEdits';
import { configView } from '../../../src/document/configView';
import { parseConfig } from '../../../src/engine/config/parse';
import type { ConversionApi } from '../../../src/engine/conversion';
import { conversionApi } from '../../../src/engine/conversionApi';
import { NO_PROGRESS } from '../../../src/engine/host';
import { createConversion } from '../../../src/engine/pipeline';
import { nodeHost } from '../../../src/worker/nodeHost';
import type { FromConfig, GraphTables } from '../../../webview/protocol';
import { textAt } from '../../../webview/tables';
import { startTestKernels } from '../../worker/kernels';
import type { OpenedConfig } from './configPages';

const FILE = 'model.mixed-precision.json';

/** A panel with the real engine behind it: its changes edit a config text, as they do in VS Code. */
export class PanelHost {
  private constructor(
    private readonly panel: OpenedConfig,
    private readonly conversion: ConversionApi,
    private readonly graph: GraphTables,
    readonly close: () => Promise<void>,
    private text: string,
  ) {}

  /** `model`: a sample. */
  static async open(panel: OpenedConfig, model: string, text: string): Promise<PanelHost> {
    const engine = createConversion(nodeHost(NO_PROGRESS, () => startTestKernels()));
    const conversion = conversionApi(engine);
    const graph = await conversion.open(resolve('media', 'samples', model), { text, path: undefined });
    const host = new PanelHost(panel, conversion, graph, () => engine.close(), text);
    await host.show();
    return host;
  }

  /** What the config file holds once all that was received is answered. */
  async config(): Promise<unknown> {
    for (const message of this.panel.received()) await this.answer(message);
    return JSON.parse(this.text);
  }

  private async answer(message: FromConfig): Promise<void> {
    const edits = editsOf(message);
    if (edits !== undefined) {
      this.text = editConfig(parseConfig(this.text, FILE), edits);
      await this.show();
    } else if (message.type === 'matchPattern' && message.pattern !== undefined) {
      const { pattern } = message;
      const nodes = await this.conversion.find({ pattern });
      await this.panel.post({ type: 'matches', pattern, count: nodes.length, names: [...nodes.subarray(0, 5)].map((node) => textAt(this.graph.nodes.names, node)) });
    }
  }

  private async show(): Promise<void> {
    const parsed = parseConfig(this.text, FILE);
    const plan = await this.conversion.setConfig({ text: this.text, path: undefined });
    await this.panel.show(configView({
      model: this.graph.model.name, file: FILE, parsed, plan, refused: undefined, selected: undefined, data: undefined, predicted: undefined, casts: undefined, snapshots: [],
    }));
  }
}
