import type { DataView, NodeDetails } from '../../webview/protocol';
import type { Ranges } from './calibration/ranges';
import type { TuningConfig } from './config/config';
import { type ParsedConfig, parseConfig, requireValid } from './config/parse';
import { type PlanContext, resolvePlan } from './config/plan';
import { diagnose } from './config/diagnose';
import { diagnoseOpTypes } from './config/diagnoseOpTypes';
import { diagnoseSignature } from './config/diagnoseSignature';
import { readPlaces } from './config/places';
import type { ConfigProblem } from './config/problem';
import { refusalWarnings } from './config/refusals';
import type { AppliedConfig, ConfigSource, Outcome, PlanView, Report } from './conversion';
import { type RuleUse, ruleUses } from './config/ruleUses';
import { UserError } from './errors';
import { filesBeside } from './formats/filesBeside';
import { type Format, formatOf, formatToWrite } from './formats/formats';
import { describeWithoutGraph, noGraph } from './formats/withoutGraph';
import type { Description } from './formats/pytorch/checkpoint/describe';
import type { Graph, ValueRef } from './graph/graph';
import { type ConversionHost, NO_PROGRESS, type Progress } from './host';
import { foldAndPlan, planWithRanges } from './phases/quantize/quantize';
import { quantizedValues } from './phases/quantize/quantizedValues';
import { type PhaseInput, runPhase } from './phases/runPhase';
import type { Plan } from './plan';
import { nodeDetails } from './report/details';
import { buildPlanView } from './report/planView';
import { buildReport } from './report/report';
import { type KnownRanges, RangeFinder, type RangeRequest } from './rangeFinder';
import { type Basis, keepValid } from './revise';
import { PHASES, type Snapshot } from './snapshot';
import { describeData } from './calibration/describeData';
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
  runPhase(): Promise<void>;
  /** Drops the last `phases` snapshots, but not the opened model. */
  stepBack(phases: number): void;
  details(node: string, snapshot: number): Promise<NodeDetails>;
  report(): Promise<Report>;
  save(path: string, overwrite: boolean): Promise<void>;
  /** Ends the kernels. */
  close(): Promise<void>;
}

interface OpenModel {
  readonly path: string;
  readonly format: Format;
  readonly snapshots: readonly Snapshot[];
  readonly config: TuningConfig;
  readonly parsed: ParsedConfig;
  readonly source: ConfigSource;
  readonly ranges: Ranges;
  /** The inputs and outputs that were asked for. */
  readonly signature: Pick<TuningConfig, 'inputs' | 'outputs'>;
  /** What the phases that ran went by, where `setConfig` told. */
  readonly basis?: Basis;
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
      const format = formatOf(path);
      const parsed = parseConfig(source.text, source.path ?? path);
      const { inputs, outputs } = parsed.config;
      host.progress.report('Reading the model');
      const graph = withOutputTypes(await format.read(await host.openSource(path), { inputs, outputs }, host.progress, filesBeside(path, host)), format);
      const snapshot: Snapshot = { phase: undefined, graph, changes: [], seconds: 0 };
      model = { path, format, snapshots: [snapshot], config: parsed.config, parsed, source, ranges: new Map(), signature: { inputs, outputs } };
    },

    async setConfig(source) {
      const open = current();
      const { parsed, changed } = readConfig(open, source);
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
      const { changed } = readConfig(open, source);
      if (changed === undefined) return undefined;
      if (refusedOpTypes(changed).length > 0) return undefined;
      const snapshots = changed.snapshots.length > 1 ? revise(changed, changed.config, quiet).keep() : changed.snapshots;
      const knownRanges = (values: readonly ValueRef[]): Promise<KnownRanges> => rangeFinder.known(values, rangeRequest(changed));
      return whatIf({ snapshots, config: changed.config, context: contextOf(changed), ranges: changed.ranges, knownRanges }, quiet);
    },

    async describeData(path) {
      return describeData(await host.openSource(path), current().snapshots[0]!.graph.inputs);
    },

    async runPhase() {
      const open = current();
      const phase = PHASES[open.snapshots.length - 1];
      if (phase === undefined) throw new UserError('All phases have run', { file: open.path });
      const config = requireValid(open.parsed);
      requireValid({ ...open.parsed, problems: refusedOpTypes(open) });
      const input: PhaseInput = {
        snapshots: open.snapshots,
        config,
        ranges: open.ranges,
        context: contextOf(open),
        rangesOf: (values) => rangeFinder.find(values, rangeRequest({ ...open, config })),
      };
      const started = host.now();
      const result = await runPhase(phase, input, host.progress);
      host.progress.throwIfCancelled();
      const snapshot: Snapshot = { phase, graph: result.graph, plan: result.plan, changes: result.changes, seconds: host.now() - started, castProof: result.castProof };
      model = { ...open, config, ranges: result.ranges, snapshots: [...open.snapshots, snapshot] };
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
      const { snapshots, format, config } = current();
      const plan = planOf(current());
      const notes = (format.notesOn?.(snapshots.at(-1)!.graph, { bf16: config.onnx.bf16 }) ?? []).map((message) => ({ message }));
      // Refusals by op, with its first node, rather than by rule of the file.
      const problems = problemsOf(current(), { ...plan, refusals: [] }, ruleUses(config, snapshots[0]!.graph, plan, format.dialect)).filter(({ severity }) => severity !== 'information');
      const warnings = [...problems.map(({ message }) => ({ message })), ...refusalWarnings(plan.refusals), ...plan.warnings, ...notes];
      return buildReport(format.name, snapshots, warnings, format.dialect, host.peakMemoryMiB());
    },

    async save(path, overwrite) {
      const { snapshots, config, format: opened } = current();
      const format = formatToWrite(path, opened);
      const sink = await host.openSink(path, overwrite);
      try {
        await format.write(snapshots.at(-1)!.graph, sink, host.progress, { bf16: config.onnx.bf16 });
        host.progress.throwIfCancelled();
        await sink.commit();
      } catch (error) {
        await sink.abort();
        throw error;
      }
    },

    close: () => rangeFinder.close(),
  };
}

function planViewOf(open: OpenModel, plan: Plan): PlanView {
  const { snapshots, config, format, parsed } = open;
  const { graph } = snapshots[0]!;
  const uses = ruleUses(config, graph, plan, format.dialect);
  return { config, isFaulty: hasErrors(parsed), ...buildPlanView(graph, config, plan, format.dialect), problems: problemsOf(open, plan, uses) };
}

/** What is wrong with the config file; while it is faulty, only what makes it so. */
function problemsOf({ snapshots, format, parsed }: OpenModel, plan: Plan, uses: readonly RuleUse[]): readonly ConfigProblem[] {
  return hasErrors(parsed) ? parsed.problems : [...parsed.problems, ...diagnose(parsed, snapshots[0]!.graph, format.dialect, plan, uses)];
}

/** The op types the framework does not know, which keep phases from running. */
function refusedOpTypes({ parsed, snapshots, format }: OpenModel): ConfigProblem[] {
  const problems = diagnoseOpTypes(parsed.config, snapshots[0]!.graph, format.dialect, readPlaces(parsed.text));
  return problems.filter(({ severity }) => severity === 'error');
}

function rangeRequest({ snapshots, format, config, source, path }: OpenModel): RangeRequest {
  return { graph: snapshots[0]!.graph, dialect: format.dialect, config, source, model: path };
}

function hasErrors({ problems }: ParsedConfig): boolean {
  return problems.some(({ severity }) => severity === 'error');
}

/** A config file for the open model, and the model under it unless the file has errors. */
function readConfig(open: OpenModel, source: ConfigSource): { readonly parsed: ParsedConfig; readonly changed?: OpenModel } {
  const parsed = parseConfig(source.text, source.path ?? open.path);
  if (hasErrors(parsed)) return { parsed };
  const { config } = parsed;
  try {
    return { parsed, changed: { ...withSignature(open, config), config, parsed, source } };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { format, path, snapshots: [opened] } = open;
    const problems = diagnoseSignature(parsed, (signature) => format.withSignature(opened!.graph, signature, path));
    if (problems.length === 0) throw error;
    return { parsed: { ...parsed, problems: [...parsed.problems, ...problems] } };
  }
}

/** The model with the inputs and outputs a config names. */
function withSignature(open: OpenModel, { inputs, outputs }: TuningConfig): OpenModel {
  const { format, path, signature, snapshots: [opened, ...made] } = open;
  if (JSON.stringify(signature) === JSON.stringify({ inputs, outputs })) return open;
  const graph = withOutputTypes(format.withSignature(opened!.graph, { inputs, outputs }, path), format);
  return { ...open, signature: { inputs, outputs }, snapshots: [{ ...opened!, graph }, ...made] };
}

/** Fills in the types of fetched values, which the file states only through the ops that make them. */
function withOutputTypes(graph: Graph, { dialect }: Format): Graph {
  const outputs = graph.outputs.map((output) => ({ ...output, dtype: dialect.outputTypes(graph.nodes.get(output.value.node)!)[output.value.output] }));
  const inputs = graph.inputs.map((input) => ({ ...input, dtype: input.dtype ?? dialect.outputTypes(graph.nodes.get(input.value.node)!)[input.value.output] }));
  return { ...graph, inputs, outputs };
}
