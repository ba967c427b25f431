import type { TuningConfig } from './config/config';
import { diagnoseGraphChoice, diagnoseSignature } from './config/diagnoseSignature';
import { type ParsedConfig, parseConfig } from './config/parse';
import type { ConfigSource } from './conversion';
import { isSameJson } from './data/isSameJson';
import { UserError } from './errors';
import type { ConversionHost } from './host';
import { asOpened, hasErrors, type OpenModel } from './openModel';
import { type ModelChoice, readModel, withOutputTypes } from './readModel';

/** A config file for the open model, and the model under it unless the file has errors. */
export async function readConfig(open: OpenModel, source: ConfigSource, host: ConversionHost): Promise<{ readonly parsed: ParsedConfig; readonly changed?: OpenModel }> {
  const parsed = parseConfig(source.text, source.path ?? open.path);
  if (hasErrors(parsed)) return { parsed };
  const { config } = parsed;
  try {
    const chosen = isSameGraph(open, config) ? withSignature(open, config) : await reread(open, config, host);
    return { parsed, changed: { ...chosen, config, parsed, source } };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { format, path, snapshots: [opened] } = open;
    const problems = isSameGraph(open, config)
      ? diagnoseSignature(parsed, (signature) => format.withSignature(opened!.graph, signature, path))
      : diagnoseGraphChoice(parsed, error);
    if (problems.length === 0) throw error;
    return { parsed: { ...parsed, problems: [...parsed.problems, ...problems] } };
  }
}

/** Another graph of the file of the open model, with nothing run on it yet. */
async function reread(open: OpenModel, config: TuningConfig, host: ConversionHost): Promise<OpenModel> {
  const { format, graph } = await readModel(open.path, config, host);
  return { ...open, format, snapshots: [asOpened(graph)], ranges: new Map(), basis: undefined, choice: choiceOf(config) };
}

/** The model with the inputs and outputs a config names. */
function withSignature(open: OpenModel, config: TuningConfig): OpenModel {
  const { format, path, choice, snapshots: [opened, ...made] } = open;
  if (isSameJson(choice, choiceOf(config))) return open;
  const graph = withOutputTypes(format.withSignature(opened!.graph, config, path), format);
  return { ...open, choice: choiceOf(config), snapshots: [{ ...opened!, graph }, ...made] };
}

/** What of a config decides which graph of the file is read. */
export function choiceOf({ inputs, outputs, signature, tags }: ModelChoice): ModelChoice {
  return { inputs, outputs, signature, tags };
}

/** Whether a choice means the graph of the file that is open. */
function isSameGraph({ choice, format }: OpenModel, config: ModelChoice): boolean {
  const deciding = ({ inputs, outputs, signature, tags }: ModelChoice): unknown => (format.readsForOutputs === true ? [inputs, outputs, signature, tags] : [signature, tags]);
  return isSameJson(deciding(choice), deciding(config));
}
