import type { DataView, NodeDetails } from '../../webview/protocol';
import { describeData } from './calibration/describeData';
import { rangesText } from './calibration/rangesFile';
import type { TuningConfig } from './config/config';
import { parseConfig, requireValid } from './config/parse';
import { type PlanContext, resolvePlan } from './config/plan';
import { refusalWarnings } from './config/refusals';
import type { AppliedConfig, ConfigSource, Outcome, Report } from './conversion';
import { ruleUses } from './config/ruleUses';
import { UserError } from './errors';
import type { Format } from './formats/formats';
import { saveModel } from './formats/saveModel';
import { describeWithoutGraph, noGraph } from './formats/withoutGraph';
import type { Description } from './formats/pytorch/checkpoint/describe';
import type { Graph, ValueRef } from './graph/graph';
import { modelCalls } from './graph/signatures';
import { type ConversionHost, NO_PROGRESS, type Progress } from './host';
import { asOpened, type OpenModel, planViewOf, problemsOf, rangeRequest, refusedOpTypes, remarksOf } from './openModel';
import { foldAndPlan } from './phases/prepare/foldAndPlan';
import { planWithRanges } from './phases/quantize/planWithRanges';
import { quantizedValues } from './phases/quantize/quantizedValues';
import { type PhaseInput, runPhase } from './phases/runPhase';
import type { Plan } from './plan';
import { nodeDetails } from './report/details';
import { buildReport } from './report/report';
import { rangesOf, valuesToRecord } from './recordRanges';
import { type KnownRanges, RangeFinder } from './rangeFinder';
import { choiceOf, readConfig } from './reconfigure';
import { readModel } from './readModel';
import { type Basis, keepValid } from './revise';
import { PHASES, type Snapshot } from './snapshot';
import { whatIf } from './whatIf';

/** One open model and its phases. Methods fail as those of ConversionApi do. */
export interface Conversion {
  readonly format: Format;
  /** Name of the model's file, without its folder. */
  readonly name: string;
  /** The opened model and the phases that ran. */
  readonly snapshots: readonly Snapshot[];
  /** The newest snapshot's graph. */
  readonly graph: Graph;
  open(path: string, config: ConfigSource): Promise<void>;
  /** What a file is that cannot be opened because it holds no graph; undefined for any other file. */
  describe(path: string): Promise<Description | undefined>;
  setConfig(config: ConfigSource): Promise<Omit<AppliedConfig, 'overrides'>>;
  /** What all phases would make of the opened model; undefined for a config under which none runs. */
  preview(config: ConfigSource): Promise<Outcome | undefined>;
  describeData(path: string): Promise<DataView>;
  recordRanges(): Promise<string>;
  runPhase(): Promise<void>;
  /** Drops the last `phases` snapshots, but not the opened model. */
  stepBack(phases: number): void;
  details(node: string, snapshot: number): Promise<NodeDetails>;
  report(): Promise<Report>;
  save(path: string, overwrite: boolean): Promise<void>;
  /** Ends the kernels. */
  close(): Promise<void>;
}

interface Revision {
  readonly basis: Basis;
  /** Of what is left after folding. */
  readonly plan: Plan;
  /** Of the opened graph. */
  readonly first: Plan;
  readonly keep: () => readonly Snapshot[];
}

/** A conversion with nothing open yet. */
export function createConversion(host: ConversionHost): Conversion {
  const rangeFinder = new RangeFinder(host);
  const quiet: Progress = { ...NO_PROGRESS, throwIfCancelled: () => host.progress.throwIfCancelled() };
  let model: OpenModel | undefined;

  const current = (): OpenModel => {
    if (model === undefined) throw new UserError('No model is open');
    return model;
  };
  const contextOf = ({ config, source, format }: OpenModel): PlanContext =>
    ({ dialect: format.dialect, canCalibrate: rangeFinder.canFind(config, source) });
  /** The plan shown: phase 1's own once it ran, else that of the opened graph, made when it is first asked for. */
  let planned: { readonly of: OpenModel; readonly plan: Plan } | undefined;
  const planOf = (open: OpenModel): Plan => {
    const { graph, plan } = open.snapshots.at(-1)!;
    if (plan !== undefined) return plan;
    if (planned?.of !== open) planned = { of: open, plan: resolvePlan(graph, open.config, contextOf(open)) };
    return planned.plan;
  };

  /** The plan under a config, and which snapshots `keep` their place under it. */
  const revise = (open: OpenModel, config: TuningConfig, progress: Progress): Revision => {
    const context = contextOf(open);
    const { rewriter, folded, first, plan } = foldAndPlan(open.snapshots[0]!.graph, config, context, progress);
    const basis: Basis = { config, source: open.source, folds: rewriter.changes, planned: plan };
    const planAfter = (): Plan => planWithRanges(plan, folded, quantizedValues(folded, plan, context.dialect), open.ranges, config, context.dialect);
    return { basis, plan, first, keep: () => keepValid(open.snapshots, open.basis, basis, planAfter) };
  };

  return {
    get format() {
      return current().format;
    },
    get name() {
      return host.baseName(current().path);
    },
    get snapshots() {
      return current().snapshots;
    },
    get graph() {
      return current().snapshots.at(-1)!.graph;
    },

    describe: (path) => describeWithoutGraph(path, (file) => host.openSource(file)),

    async open(path, source) {
      const description = await describeWithoutGraph(path, (file) => host.openSource(file));
      if (description !== undefined) throw noGraph(description, path);
      const parsed = parseConfig(source.text, source.path ?? path);
      const { config } = parsed;
      const { format, graph } = await readModel(path, config, host);
      model = { path, format, snapshots: [asOpened(graph)], config, parsed, source, ranges: new Map(), choice: choiceOf(config) };
    },

    async setConfig(source) {
      const open = current();
      const { parsed, changed } = await readConfig(open, source, host);
      // A mistake in the file leaves the last valid config in force.
      const config = changed?.config ?? open.basis?.config ?? parsed.config;
      const next: OpenModel = changed ?? { ...open, config, parsed, source };
      const { basis, plan, first, keep } = revise(next, config, host.progress);
      model = changed === undefined ? next : { ...next, basis, snapshots: keep() };
      planned = { of: model, plan: first };
      return { ...planViewOf(model, plan), snapshots: model.snapshots.length };
    },

    async preview(source) {
      const open = current();
      const { changed } = await readConfig(open, source, host);
      if (changed === undefined) return undefined;
      if (refusedOpTypes(changed).length > 0) return undefined;
      const snapshots = changed.snapshots.length > 1 ? revise(changed, changed.config, quiet).keep() : changed.snapshots;
      const knownRanges = (values: readonly ValueRef[]): Promise<KnownRanges> => rangeFinder.known(values, rangeRequest(changed));
      return whatIf({ snapshots, config: changed.config, context: contextOf(changed), ranges: changed.ranges, knownRanges }, quiet);
    },

    async describeData(path) {
      return describeData(await host.openArrays(path), modelCalls(current().snapshots[0]!.graph));
    },

    async recordRanges() {
      const open = current();
      const config = requireValid(open.parsed);
      if (open.source.calibration === undefined && config.calibration.data === undefined) {
        throw new UserError('Ranges are recorded by running the model on calibration data, and there is none', { file: open.path, hint: 'Name an .npz file of samples as calibration.data' });
      }
      // Not from ranges recorded before.
      const request = rangeRequest({ ...open, config: { ...config, calibration: { ...config.calibration, ranges: undefined } } });
      const values = valuesToRecord(request.graph, config, contextOf(open), host.progress);
      return rangesText(rangesOf(values, await rangeFinder.find(values, request)));
    },

    async runPhase() {
      const open = current();
      const phase = PHASES[open.snapshots.length - 1];
      if (phase === undefined) throw new UserError('All phases have run', { file: open.path });
      const config = requireValid(open.parsed);
      requireValid({ ...open.parsed, problems: refusedOpTypes(open) });
      let { calibratedBy } = open;
      const input: PhaseInput = {
        snapshots: open.snapshots,
        config,
        ranges: open.ranges,
        context: contextOf(open),
        async rangesOf(values) {
          const ranges = await rangeFinder.find(values, rangeRequest({ ...open, config }));
          calibratedBy = rangeFinder.ranBy;
          return ranges;
        },
      };
      const started = host.now();
      if (phase === 'quantize') await rangeFinder.prepare(rangeRequest({ ...open, config }));
      const result = await runPhase(phase, input, host.progress);
      host.progress.throwIfCancelled();
      const snapshot: Snapshot = { phase, graph: result.graph, plan: result.plan, changes: result.changes, seconds: host.now() - started, castProof: result.castProof };
      model = { ...open, config, ranges: result.ranges, calibratedBy, snapshots: [...open.snapshots, snapshot] };
    },

    stepBack(phases) {
      const open = current();
      model = { ...open, snapshots: open.snapshots.slice(0, Math.max(1, open.snapshots.length - phases)) };
    },

    async details(node, snapshot): Promise<NodeDetails> {
      const { snapshots, ranges, format } = current();
      return nodeDetails(node, snapshot, snapshots, planOf(current()), ranges, format.dialect);
    },

    async report(): Promise<Report> {
      const { snapshots, format, config, calibratedBy } = current();
      const plan = planOf(current());
      const notes = (format.notesOn?.(snapshots.at(-1)!.graph, { bf16: config.onnx.bf16 }) ?? []).map((message) => ({ message }));
      // Refusals by op, with its first node, rather than by rule of the file.
      const problems = problemsOf(current(), { ...plan, refusals: [] }, ruleUses(config, snapshots[0]!.graph, plan, format.dialect)).filter(({ severity }) => severity !== 'information');
      const warnings = [...problems.map(({ message }) => ({ message })), ...remarksOf(current()), ...refusalWarnings(plan.refusals), ...plan.warnings, ...notes];
      const report = buildReport(format.name, snapshots, warnings, format.dialect, host.peakMemoryMiB());
      return calibratedBy === undefined || snapshots.length === 1 ? report : { ...report, calibratedBy };
    },

    async save(path, overwrite) {
      const { snapshots, format, config } = current();
      await saveModel(snapshots.at(-1)!.graph, path, { opened: format, overwrite, bf16: config.onnx.bf16 }, host);
    },

    close: () => rangeFinder.close(),
  };
}
