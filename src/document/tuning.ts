import * as vscode from 'vscode';
import { CancelledError } from '../engine/errors';
import { candidateEdits } from '../engine/tuning/applyCandidate';
import { type Candidate, candidateKey, type SearchSpace } from '../engine/tuning/candidate';
import type { Opened, Point, SearchEvent, SearchSetup } from '../worker/searchProtocol';
import { besideConfig } from '../worker/searchIdentity';
import { type SearchThread, startSearchThread } from '../worker/searchThread';
import type { TrialView, TuningView } from '../../webview/protocol';
import { CONFIG_SUFFIX } from './configFile';
import { errorText } from './messages';
import type { ModelDocument } from './modelDocument';
import { opErrors } from './sensitivity';
import { type SearchState, trialView, tuningView } from './tuningView';

type Mode = SearchSetup['mode'];

/** The search for the lowest precisions of one model: what its journal has, what runs now, and what becomes of a point. */
export class Tuning implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable;
  private readonly points = new Map<string, Point>();
  /** How far values are from the original's, by candidate. */
  private readonly deviations = new Map<string, readonly number[]>();
  private thread: SearchThread | undefined;
  private opened: Opened | undefined;
  private space: SearchSpace | undefined;
  private baseline: SearchState['baseline'];
  private state: TuningView['state'] = 'idle';
  private task: TuningView['task'];
  private end: TuningView['end'];
  private problem: string | undefined;
  /** What was looked at: the journal of other data is another. */
  private looked: string | undefined;

  readonly onDidChange = this.changed.event;

  /** `script`: the bundled searchWorker. */
  constructor(readonly document: ModelDocument, private readonly script: string) {
    this.subscriptions = vscode.Disposable.from(
      this.changed,
      document.onDidChange((change) => {
        if (change === 'graph') this.looked = undefined;
        if (change === 'graph' || change === 'config') this.lookAgain();
        if (change === 'config') this.changed.fire();
      }),
    );
    this.lookAgain();
  }

  get view(): TuningView {
    const { document: { name: model, uri, config } } = this;
    return tuningView({ model, uri: uri.toString() }, config, this.search);
  }

  /** In the order in which they were measured. */
  get trials(): readonly TrialView[] {
    return [...this.points].map(([key, point]) => trialView(point, this.space!, this.baseline, this.document.config, this.deviations.get(key)));
  }

  /** Measures on from where the journal ends, or `anew`. */
  start(mode: Exclude<Mode, 'look' | 'values'>): void {
    if (this.state === 'running' || this.state === 'paused') return;
    this.run(mode);
  }

  /** Asks where a point's values leave the original's. */
  locate(index: number): void {
    const point = this.search.points[index];
    if (point === undefined || this.state === 'running' || this.state === 'paused') return;
    this.run('values', point.candidate);
  }

  /** Measures the error that each op makes alone, unless the journal knows it; resolves when nothing runs any more. */
  async measureSensitivity(): Promise<void> {
    await this.thread?.done.catch(() => {});
    if (this.document.sensitivity.errors.size > 0) return;
    this.start('sensitivity');
    await this.thread?.done.catch(() => {});
  }

  pause(): void {
    this.thread?.pause();
    if (this.state === 'running') this.set({ state: 'paused' });
  }

  resume(): void {
    this.thread?.resume();
    if (this.state === 'paused') this.set({ state: 'running' });
  }

  /** Ends what runs, at once; what was measured stays. */
  cancel(): void {
    this.thread?.cancel();
  }

  /** Writes a point to the config document, as one step to undo. */
  async apply(index: number): Promise<void> {
    const { opened, space, search: { points, files } } = this;
    const point = points[index];
    if (opened === undefined || space === undefined || point === undefined) return;
    await this.document.editConfig(candidateEdits(this.document.config, { base: opened.base, space, files }, point.candidate));
  }

  dispose(): void {
    this.thread?.cancel();
    this.thread = undefined;
    this.subscriptions.dispose();
  }

  private get search(): SearchState {
    const { state, task, end, problem, opened, space, baseline } = this;
    const { calibration, tuning } = opened?.base ?? this.document.config;
    const hasRanges = (calibration.data ?? calibration.ranges) !== undefined;
    const data = this.document.config.tuning.data ?? tuning.data;
    return { state, task, end, problem, opened, space, baseline, points: [...this.points.values()], files: hasRanges || data === undefined ? {} : { data } };
  }

  /** Where the model, its data or what accuracy is changed. */
  private lookAgain(): void {
    const { document: { conversion, failure, config: { calibration, tuning: { data, labels, metric, topk, confidence_batches } } } } = this;
    if (conversion.graph === undefined || failure !== undefined || this.state === 'running' || this.state === 'paused') return;
    // A point that is applied may name the file of ranges it was measured with.
    const key = JSON.stringify([data, labels, metric, topk, confidence_batches, calibration.ranges, calibration.sampling_size, this.document.source.runtime]);
    if (key === this.looked) return;
    this.looked = key;
    this.forget();
    if (data !== undefined) this.run('look');
    else this.set({ state: 'idle', end: undefined, problem: undefined });
  }

  private forget(): void {
    this.points.clear();
    this.deviations.clear();
    this.document.sensitivity.errors = new Map();
    this.opened = this.space = this.baseline = undefined;
  }

  private run(mode: Mode, candidate?: Candidate): void {
    const { document } = this;
    this.thread?.cancel();
    this.set({ state: mode === 'look' ? 'looking' : 'running', task: undefined, end: undefined, problem: undefined });
    const { data, labels } = document.config.tuning;
    const { source } = document;
    const journal = `${source.path!.slice(0, -CONFIG_SUFFIX.length)}.trials.jsonl`;
    const setup: SearchSetup = { model: document.uri.fsPath, source, data: besideConfig(source, data!), labels, journal, mode, ...(candidate && { candidate }) };
    const thread = startSearchThread(setup, (event) => thread === this.thread && this.receive(event), this.script);
    this.thread = thread;
    const ended = (end: Partial<Pick<TuningView, 'end' | 'problem'>>): void => {
      if (thread !== this.thread) return;
      this.thread = undefined;
      this.set({ state: 'idle', task: undefined, ...end });
    };
    thread.done.then(() => ended({}), (error: unknown) => ended(error instanceof CancelledError ? { end: 'cancelled' } : { problem: errorText(error) }));
  }

  private receive(event: Exclude<SearchEvent, { type: 'failed' }>): void {
    if (event.type === 'opened') {
      const { opened } = event;
      this.points.clear();
      if (opened.journal !== 'same') this.deviations.clear();
      Object.assign(this, { opened, space: opened.space, baseline: opened.baseline });
      this.document.sensitivity.errors = opened.errors === undefined ? new Map() : opErrors(opened.space!, opened.errors);
      for (const point of opened.points) this.points.set(candidateKey(point.candidate), point);
    } else if (event.type === 'started') Object.assign(this, { space: event.space, baseline: event.baseline });
    else if (event.type === 'point') {
      const key = candidateKey(event.point.candidate);
      if (!this.points.has(key)) this.points.set(key, event.point);
    } else if (event.type === 'values') this.deviations.set(candidateKey(event.candidate), event.errors);
    else if (event.type === 'errors') this.document.sensitivity.errors = opErrors(this.space!, event.errors);
    else if (event.type === 'task') this.task = event.kind;
    else this.end = event.end;
    this.changed.fire();
  }

  private set(state: Partial<Pick<TuningView, 'state' | 'task' | 'end' | 'problem'>>): void {
    Object.assign(this, state);
    this.changed.fire();
  }
}
