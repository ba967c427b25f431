import * as vscode from 'vscode';
import { CancelledError, UserError } from '../engine/errors';
import type { AppliedConfig, ConfigSource, ConversionApi, Outcome, Report } from '../engine/conversion';
import type { DataView, GraphTables, NodeDetails, OpQuery, RunningView, SnapshotTables } from '../../webview/protocol';
import { EngineClient, type EngineStoppedError } from '../worker/engineClient';
import { nextPhase, phaseTitle } from './phases';

/** One model in one engine worker: its snapshots, which of them is shown, and what runs now. */
export class Conversion implements vscode.Disposable {
  private readonly engine: EngineClient;
  private readonly changed = new vscode.EventEmitter<'graph' | 'snapshots' | 'running'>();
  private readonly stopped = new vscode.EventEmitter<EngineStoppedError>();
  private work: Promise<unknown> | undefined;
  private phaseRuns = false;
  private cancelRequested = false;

  readonly onDidChange = this.changed.event;
  readonly onDidStop = this.stopped.event;

  graph: GraphTables | undefined;
  /** Index of the snapshot on view. */
  shown = 0;
  running: RunningView | undefined;
  casts: Report['casts'] | undefined;
  /** What ran the model for the ranges of INT8, and why that; undefined where nothing did. */
  calibratedBy: string | undefined;

  constructor(workerFile: string, private readonly model: vscode.Uri) {
    this.engine = new EngineClient(workerFile, {
      onProgress: (message, fraction) => this.running && this.setRunning({ title: this.running.title, message, fraction }),
      onStopped: (error) => this.stopped.fire(error),
    }, 'views');
  }

  get snapshots(): readonly SnapshotTables[] {
    return this.graph?.snapshots ?? [];
  }

  open(config: ConfigSource): Promise<AppliedConfig> {
    return this.run(vscode.l10n.t('Opening the model'), async () => {
      const graph = await this.engine.call('open', this.model.fsPath, config);
      const plan = await this.engine.call('setConfig', config);
      this.graph = plan.graph ?? graph;
      this.changed.fire('graph');
      return plan;
    });
  }

  /** Applies a changed config; the snapshots it affects are gone afterwards, and what is shown stays where it can. */
  async setConfig(config: ConfigSource): Promise<AppliedConfig> {
    const { shown } = this;
    const applied = await this.engine.call('setConfig', config);
    if (applied.graph !== undefined) {
      this.graph = applied.graph;
      this.changed.fire('graph');
    }
    if (applied.snapshots < this.snapshots.length || applied.graph !== undefined) await this.replace(this.snapshots.slice(0, applied.snapshots), shown);
    return applied;
  }

  /** Runs phases until there are `count` snapshots, showing each; stops between two phases when cancelled. */
  runUntil(count: number): Promise<void> {
    return this.run(vscode.l10n.t('Running phases'), async () => {
      this.phaseRuns = true;
      for (let phase; this.snapshots.length < count && (phase = nextPhase(this.snapshots.length)) !== undefined; ) {
        if (this.cancelRequested) throw new CancelledError();
        this.setRunning({ title: phaseTitle(phase), message: '' });
        await this.replace([...this.snapshots, await this.engine.call('runPhase')]);
      }
    });
  }

  show(snapshot: number): void {
    this.shown = Math.min(snapshot, this.snapshots.length - 1);
    this.changed.fire('snapshots');
  }

  stepBack(): Promise<void> {
    return this.run(vscode.l10n.t('Stepping back'), async () => {
      await this.engine.call('stepBack');
      await this.replace(this.snapshots.slice(0, Math.max(1, this.snapshots.length - 1)));
    });
  }

  reset(): Promise<void> {
    return this.run(vscode.l10n.t('Resetting'), async () => {
      await this.engine.call('reset');
      await this.replace(this.snapshots.slice(0, 1));
    });
  }

  /** What-if; nothing changes. Cancelling phases cancels it, too. */
  preview(config: ConfigSource): Promise<Outcome | undefined> {
    return this.engine.call('preview', config);
  }

  /** Indices into the nodes of `graph`. Fails for a pattern that is no regular expression. */
  find(query: OpQuery): Promise<Int32Array> {
    return this.engine.call('find', query);
  }

  importConfig(text: string, file: vscode.Uri): ReturnType<ConversionApi['importConfig']> {
    return this.engine.call('importConfig', text, file.fsPath);
  }

  describeData(file: vscode.Uri): Promise<DataView> {
    return this.engine.call('describeData', file.fsPath);
  }

  details(node: string, snapshot = this.shown): Promise<NodeDetails> {
    return this.engine.call('details', node, snapshot);
  }

  report(): Promise<Report> {
    return this.engine.call('report');
  }

  save(file: vscode.Uri, overwrite: boolean): Promise<void> {
    return this.run(vscode.l10n.t('Saving'), () => this.engine.call('save', file.fsPath, overwrite));
  }

  recordRanges(): Promise<string> {
    return this.run(vscode.l10n.t('Recording ranges'), () => this.engine.call('recordRanges'));
  }

  /** Stops what runs; resolves when it has stopped. The snapshots before it stay. */
  async cancel(): Promise<void> {
    this.cancelRequested = true;
    this.engine.cancel();
    await this.work?.catch(() => {});
  }

  /** Cancels phases and previews, and waits for other work, which is short. */
  async interrupt(): Promise<void> {
    if (this.phaseRuns) await this.cancel();
    else await this.work?.catch(() => {});
    this.engine.cancel();
  }

  dispose(): void {
    this.engine.dispose();
    vscode.Disposable.from(this.changed, this.stopped).dispose();
  }

  private async run<T>(title: string, task: () => Promise<T>): Promise<T> {
    if (this.running !== undefined) throw new UserError(vscode.l10n.t('{0} is under way. Cancel it or wait until it is done.', this.running.title));
    this.cancelRequested = false;
    this.setRunning({ title, message: '' });
    const work = task();
    this.work = work;
    try {
      return await work;
    } finally {
      this.work = undefined;
      this.phaseRuns = false;
      this.setRunning(undefined);
    }
  }

  private async replace(snapshots: readonly SnapshotTables[], shown = snapshots.length - 1): Promise<void> {
    if (this.graph === undefined) return;
    this.graph = { ...this.graph, snapshots };
    this.casts = this.calibratedBy = undefined;
    if (snapshots.length > 1) ({ casts: this.casts, calibratedBy: this.calibratedBy } = await this.report());
    this.show(shown);
  }

  private setRunning(running: RunningView | undefined): void {
    this.running = running;
    this.changed.fire('running');
  }
}
