import { join, resolve } from 'node:path';
import type { ConfigSource } from '../engine/conversion';
import { CancelledError, UserError } from '../engine/errors';
import type { RuntimeChoice } from '../engine/host';
import { PHASES } from '../engine/snapshot';
import { EngineClient } from '../worker/engineClient';
import type { Arguments, Method, Result } from '../worker/rpc';
import { checkedConfig, type Config, defaultConfig } from './config';
import type { Change, Model, NodeDetails, Outcome, PhaseName, Plan, Progress, Report, Snapshot } from './types';
import { detailsOf, planOf } from './views';

export interface QuantizationOptions {
  /** Where relative paths start, those in the config, too. Default: the working directory. */
  readonly directory?: string;
  /** What runs models for calibration: the embedded runtime, or TensorFlow and PyTorch in a Python. Default: embedded. */
  readonly runtime?: 'embedded' | 'python';
  /** The program that is this Python. Default: the first on the PATH. */
  readonly python?: string;
  /** Told how far long work is, at most every quarter of a second. */
  readonly onProgress?: (progress: Progress) => void;
}

/** How to stop work: it then fails with the reason of the signal, and leaves everything as it was. */
export interface WorkOptions {
  readonly signal?: AbortSignal;
}

export interface SaveOptions extends WorkOptions {
  /** Default: false, an existing file is an error. */
  readonly overwrite?: boolean;
}

/**
 * Converts a model to mixed precision, phase by phase, in a thread of its own; close it when done. Methods run one after the
 * other in the order of their calls, and fail with UserError where the model, its data or the config is at fault.
 */
export class Quantization {
  private readonly directory: string;
  private readonly runtime: RuntimeChoice;
  private readonly engine: EngineClient<'programs'>;
  private given: Config;
  private state: Report | undefined;
  /** Settles when everything called so far is done. */
  private last: Promise<unknown> = Promise.resolve();

  /** Takes a copy of the config. Throws UserError for a value that no config may have. */
  constructor(config: Config = defaultConfig(), { directory = '.', runtime = 'embedded', python, onProgress = () => {} }: QuantizationOptions = {}) {
    this.directory = resolve(directory);
    this.runtime = { kind: runtime, ...(python === undefined ? {} : { python }) };
    this.given = checkedConfig(config, this.directory);
    this.engine = new EngineClient(join(__dirname, 'engineWorker.js'), {
      onProgress: (message, fraction) => onProgress(fraction === undefined ? { message } : { message, fraction }),
      onStopped: () => {}, // The calls under way tell.
    }, 'programs');
  }

  /** A copy of the config, its paths absolute. */
  get config(): Config {
    return structuredClone(this.given);
  }

  /** What is open; undefined before `load`. */
  get model(): Model | undefined {
    return this.state?.model;
  }

  /** One per phase that ran, in their order. */
  get snapshots(): readonly Snapshot[] {
    return this.state?.phases ?? [];
  }

  /** Opens a model file, in place of one that is open; resolves to what the config will make of it. */
  load(file: string, { signal }: WorkOptions = {}): Promise<Plan> {
    return this.next(async () => {
      const source = this.sourceOf(this.given);
      await this.call(signal, 'open', resolve(this.directory, file), source);
      const plan = await this.call(undefined, 'setConfig', source);
      await this.refresh();
      return planOf(plan);
    });
  }

  /**
   * Takes another config (a copy). Phases that would do the same under it stay, those after them are undone. Resolves to what
   * it will make of the model.
   */
  async setConfig(config: Config): Promise<Plan> {
    const given = checkedConfig(config, this.directory);
    return this.next(async () => {
      const plan = await this.call(undefined, 'setConfig', this.sourceOf(given));
      this.given = given;
      await this.refresh();
      return planOf(plan);
    });
  }

  /** Runs the next phase; resolves to how the model is after it. */
  runPhase({ signal }: WorkOptions = {}): Promise<Snapshot> {
    return this.next(() => this.phase(signal));
  }

  /** Runs the phases that are left; resolves to the snapshots of all. */
  run({ signal }: WorkOptions = {}): Promise<readonly Snapshot[]> {
    return this.next(async () => {
      while (this.snapshots.length < PHASES.length) await this.phase(signal);
      return this.snapshots;
    });
  }

  /** The rewrites of a phase that ran, in their order. */
  changes(phase: PhaseName): Promise<readonly Change[]> {
    return this.next(() => {
      const index = this.snapshots.findIndex((snapshot) => snapshot.phase === phase);
      if (index < 0) throw new UserError(`The phase "${phase}" has not run`, { hint: `The phases are ${PHASES.join(', ')}; runPhase() runs the next` });
      return this.call(undefined, 'changes', index + 1);
    });
  }

  /** What-if: what all phases would make of the model under a config, without running it and without any effect. */
  async preview(config: Config): Promise<Outcome> {
    const source = this.sourceOf(checkedConfig(config, this.directory));
    return this.next(async () => {
      const outcome = await this.call(undefined, 'preview', source);
      if (outcome === undefined) throw new UserError('No phase runs with this config', { hint: 'setConfig and runPhase say why' });
      return outcome;
    });
  }

  /** Everything about a node, by its name: one of the newest snapshot, or one that is gone. */
  details(node: string): Promise<NodeDetails> {
    return this.next(async () => detailsOf(await this.call(undefined, 'details', node)));
  }

  report(): Promise<Report> {
    return this.next(() => this.call(undefined, 'report'));
  }

  /** Writes the newest snapshot as a model file, which is either whole or not there. */
  save(file: string, { overwrite = false, signal }: SaveOptions = {}): Promise<void> {
    return this.next(() => this.call(signal, 'save', resolve(this.directory, file), overwrite));
  }

  /** Ends the thread, and with it what still runs, which fails. A process with an open Quantization does not end by itself. */
  async close(): Promise<void> {
    this.engine.dispose();
    await this.engine.ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private sourceOf(config: Config): ConfigSource {
    return { text: JSON.stringify(config), path: undefined, runtime: this.runtime };
  }

  private async phase(signal: AbortSignal | undefined): Promise<Snapshot> {
    await this.call(signal, 'runPhase');
    return (await this.refresh()).phases.at(-1)!;
  }

  private async refresh(): Promise<Report> {
    return (this.state = await this.call(undefined, 'report'));
  }

  /** Does the work when all before it is done, so that a signal stops nobody else's. */
  private next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work);
    this.last = done.catch(() => {});
    return done;
  }

  private async call<M extends Method<'programs'>>(signal: AbortSignal | undefined, method: M, ...args: Arguments<'programs', M>): Promise<Result<'programs', M>> {
    signal?.throwIfAborted();
    const cancel = (): void => this.engine.cancel();
    signal?.addEventListener('abort', cancel);
    try {
      return await this.engine.call(method, ...args);
    } catch (error) {
      if (!(error instanceof CancelledError)) throw error;
      signal?.throwIfAborted();
      throw new Error('The quantization was closed');
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }
}
