import { isAbsolute } from 'node:path';
import * as vscode from 'vscode';
import type { AppliedConfig, ConfigSource, Outcome } from '../engine/conversion';
import { CancelledError, UserError } from '../engine/errors';
import { DEFAULT_CONFIG, type TuningConfig } from '../engine/config/config';
import { requireValid, type ParsedConfig } from '../engine/config/parse';
import type { ConfigEdit, ConfigProblem } from '../engine/config/problem';
import type { ConfigView } from '../../webview/protocol';
import { CalibrationData } from './calibrationData';
import { editConfig } from './configEdits';
import { ConfigFile, configUri } from './configFile';
import { configView, warningText } from './configView';
import { Conversion } from './conversion';
import { Editors } from './editors';
import { type Op, opWithId } from './ops';
import { Prediction } from './prediction';
import { Sensitivity } from './sensitivity';
import { chosenRuntime } from './runtime';

export type Change = 'graph' | 'snapshots' | 'running' | 'selection' | 'config' | 'outcome' | 'data' | 'sensitivity';

/** One open model: its conversion, its config file and the selection. The only owner of state on the host side. */
export class ModelDocument implements vscode.CustomDocument {
  private readonly changed = new vscode.EventEmitter<Change>();
  private readonly failed = new vscode.EventEmitter<unknown>();
  private readonly closed = new vscode.EventEmitter<void>();
  private readonly configFile: ConfigFile;
  private readonly listeners: vscode.Disposable;
  private current: Conversion;
  private parsed: ParsedConfig;
  private configExists = false;
  private runtime: Pick<ConfigSource, 'runtime' | 'ownCode'> = {};
  private plan: AppliedConfig | undefined;
  /** Of the config file, when the plan was made. */
  private plannedText: string | undefined;
  /** Why the engine does not take the config as it is, though its file has no errors: the one before is in force. */
  private refused: UserError | undefined;
  private readonly prediction = new Prediction((config) => this.current.preview(config), () => this.changed.fire('outcome'), (error) => this.fail(error));
  private readonly data = new CalibrationData((file) => this.current.describeData(file));
  /** Settles when the newest config is planned and what it affects ran again. */
  private applied: Promise<void> = Promise.resolve();
  /** Snapshots the user wants to see: what a re-run after a config change goes up to. */
  private wanted = 1;

  readonly onDidChange = this.changed.event;
  /** What goes wrong without a command to blame: a re-run after a config change, a crash of the engine. */
  readonly onDidFail = this.failed.event;
  readonly onDidDispose = this.closed.event;

  readonly editors = new Editors();
  readonly sensitivity = new Sensitivity(() => this.changed.fire('sensitivity'));

  /** Settles when the model is open, or is known not to open. */
  opened: Promise<void> = Promise.resolve();
  selected: string | undefined;
  /** Why there is no graph. */
  failure: unknown;

  constructor(
    readonly uri: vscode.Uri,
    private readonly workerFile: string,
  ) {
    this.configFile = new ConfigFile(configUri(uri));
    this.parsed = { config: DEFAULT_CONFIG, problems: [], file: this.configFile.uri.fsPath, text: '' };
    this.configFile.onDidChange(() => this.enqueueConfig());
    this.listeners = vscode.Disposable.from(
      vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration('mixedPrecision') && this.enqueueConfig()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.enqueueConfig()),
    );
    this.data.onDidChange(() => this.changed.fire('data'));
    this.data.onDidFail((error) => this.fail(error));
    this.current = this.startConversion();
  }

  get conversion(): Conversion {
    return this.current;
  }

  get name(): string {
    return this.uri.path.slice(this.uri.path.lastIndexOf('/') + 1);
  }

  /** The op of the picture with this id. */
  op(id: string): Op | undefined {
    return this.current.graph && opWithId(this.current.graph, id);
  }

  get configView(): ConfigView {
    return configView({
      model: this.name,
      file: this.configExists ? this.configFile.uri.path.slice(this.configFile.uri.path.lastIndexOf('/') + 1) : undefined,
      parsed: this.parsed,
      plan: this.plan,
      refused: this.refused?.message,
      selected: this.selected === undefined ? undefined : this.op(this.selected),
      data: this.data.contents,
      predicted: this.prediction.outcome,
      casts: this.current.casts,
      snapshots: this.current.snapshots,
    });
  }

  /** Reads the config and the model. On failure `failure` says why, too. */
  open(): Promise<void> {
    this.opened = this.readModel();
    return this.opened;
  }

  /** Opens the model again in a new engine, after a crash or when the file changed. */
  async reopen(): Promise<void> {
    this.current.dispose();
    this.current = this.startConversion();
    this.failure = this.plan = this.refused = this.selected = undefined;
    this.prediction.forget();
    this.data.update(undefined, '');
    this.wanted = 1;
    this.changed.fire('graph');
    await this.open();
  }

  /** Shows a snapshot; runs the phases that lead to it if they did not run yet. Throws UserError for a faulty config. */
  async showSnapshot(snapshot: number): Promise<void> {
    if (snapshot < this.current.snapshots.length) {
      this.wanted = snapshot + 1;
      this.current.show(snapshot);
      return;
    }
    // An edit of a moment ago counts.
    void this.enqueueConfig();
    await this.applied;
    requireValid(this.parsed);
    // A copy: an error is shown once.
    if (this.refused !== undefined) throw this.refused.at({});
    await this.runUntil(snapshot + 1);
  }

  async stepBack(): Promise<void> {
    await this.current.stepBack();
    this.wanted = this.current.snapshots.length;
  }

  async reset(): Promise<void> {
    await this.current.reset();
    this.wanted = 1;
  }

  select(id: string | undefined): void {
    this.selected = id;
    this.changed.fire('selection');
  }

  /** Changes the config file; resolves, once there is a plan, to the warnings that are new with it. */
  async editConfig(edits: readonly ConfigEdit[]): Promise<readonly string[]> {
    const before = new Set(this.warnings);
    await this.configFile.edit(edits);
    await this.enqueueConfig();
    return this.warnings.filter((warning) => !before.has(warning));
  }

  /** Another config in place of the present one, as one undoable edit. */
  async replaceConfig(text: string): Promise<void> {
    await this.configFile.replace(text);
    await this.enqueueConfig();
  }

  /** What is wrong with a config file with this text, where it is that of this model and a plan was made for it. */
  configProblems(file: vscode.Uri, text: string): readonly ConfigProblem[] | undefined {
    return file.toString() === this.configFile.uri.toString() && text === this.plannedText ? this.plan?.problems : undefined;
  }

  /** What-if: what the config would make of the model with these edits. Undefined while its file has errors; nothing is written. */
  async preview(edits: readonly ConfigEdit[]): Promise<Outcome | undefined> {
    if (this.current.graph === undefined || this.plan?.isFaulty !== false) return undefined;
    return this.current.preview({ ...this.source, text: editConfig(this.parsed, edits) });
  }

  openConfigText(): Promise<vscode.TextDocument> {
    return this.configFile.openText();
  }

  /** The config in force. */
  get config(): TuningConfig {
    return this.plan?.config ?? this.parsed.config;
  }

  get configFolder(): vscode.Uri {
    return vscode.Uri.joinPath(this.configFile.uri, '..');
  }

  dispose(): void {
    this.current.dispose();
    this.configFile.dispose();
    this.prediction.forget();
    this.data.dispose();
    this.closed.fire();
    vscode.Disposable.from(this.listeners, this.changed, this.failed, this.closed).dispose();
  }

  private async readModel(): Promise<void> {
    try {
      if (this.uri.scheme !== 'file') throw new UserError(vscode.l10n.t('Only files on disk can be opened'), { file: this.uri.toString(), hint: vscode.l10n.t('Save a copy and open that') });
      await this.readConfig();
      this.plan = await this.current.open(this.source);
      this.plannedText = this.parsed.text;
      this.lookAhead(this.plan);
      this.changed.fire('config');
    } catch (error) {
      this.failure = error instanceof CancelledError ? new UserError(vscode.l10n.t('Opening was cancelled'), { file: this.name, hint: vscode.l10n.t('Use "Mixed Precision: Reopen Model" to open it') }) : error;
      this.changed.fire('graph');
      throw error;
    }
  }

  private async runUntil(count: number): Promise<void> {
    this.wanted = count;
    try {
      await this.current.runUntil(count);
      this.prediction.refine(this.source);
    } catch (error) {
      this.wanted = this.current.snapshots.length;
      throw error;
    }
  }

  private startConversion(): Conversion {
    const conversion = new Conversion(this.workerFile, this.uri);
    conversion.onDidChange((change) => this.changed.fire(change));
    conversion.onDidStop((error) => {
      this.failure = error;
      this.changed.fire('graph');
      this.failed.fire(error);
    });
    return conversion;
  }

  /** Reads the config file, and what runs models; resolves to whether something differs from what was read before. */
  private async readConfig(): Promise<boolean> {
    const { exists, parsed } = await this.configFile.read();
    const runtime = await chosenRuntime(this.uri, parsed.config.tuning.metric);
    const differs = exists !== this.configExists || parsed.text !== this.parsed.text || JSON.stringify(runtime) !== JSON.stringify(this.runtime);
    this.runtime = runtime;
    this.configExists = exists;
    this.parsed = parsed;
    return differs;
  }

  /** The config as its file has it now, faulty or not. */
  get source(): ConfigSource {
    return { text: this.configExists ? this.parsed.text : undefined, path: this.configFile.uri.fsPath, ...this.runtime };
  }

  private get warnings(): readonly string[] {
    const { problems = [], warnings = [] } = this.plan ?? {};
    return [...problems.filter(({ severity }) => severity !== 'information').map(({ message }) => message), ...warnings.map(warningText)];
  }

  /** Resolves when the plan is made, whatever runs again then. */
  private enqueueConfig(): Promise<unknown> {
    const planned = this.applied.then(() => this.applyConfig());
    this.applied = planned
      .then((wanted) => (wanted > this.current.snapshots.length ? this.runUntil(wanted) : undefined))
      .catch((error: unknown) => this.fail(error));
    return planned;
  }

  /** Makes a new plan; resolves to the snapshots wanted: the phases it affects run again, up to the one on view, unless the config has errors. */
  private async applyConfig(): Promise<number> {
    await this.opened.catch(() => {});
    if (!(await this.readConfig()) || this.current.graph === undefined) return 0;
    const { wanted } = this;
    await this.current.interrupt();
    try {
      this.plan = await this.current.setConfig(this.source);
      this.plannedText = this.parsed.text;
      this.refused = undefined;
    } catch (error) {
      if (error instanceof UserError) this.refused = error;
      this.changed.fire('config');
      throw error;
    }
    this.lookAhead(this.plan);
    this.changed.fire('config');
    return this.plan.problems.some(({ severity }) => severity === 'error') ? 0 : wanted;
  }

  /** Asks what a config gives and what its data holds. What a faulty file leaves in force has been asked for. */
  private lookAhead({ config: { calibration, inputs }, isFaulty }: AppliedConfig): void {
    if (isFaulty) return;
    this.prediction.update(this.source);
    const { data } = calibration;
    this.data.update(data === undefined ? undefined : isAbsolute(data) ? vscode.Uri.file(data) : vscode.Uri.joinPath(this.configFolder, data), JSON.stringify(inputs));
  }

  private fail(error: unknown): void {
    if (!(error instanceof CancelledError)) this.failed.fire(error);
  }
}

