import type { DataView, NodeDetails } from '../../webview/protocol';
import type { Ranges } from './calibration/ranges';
import type { TuningConfig } from './config/config';
import { type ParsedConfig, parseConfig, requireValid } from './config/parse';
import { type PlanContext, resolvePlan } from './config/plan';
import { checkOpNames } from './config/opNames';
import type { ConfigProblem } from './config/problem';
import type { AppliedConfig, ConfigSource, Outcome, PlanView, Report } from './conversion';
import { UserError } from './errors';
import { type Format, formatOf } from './formats/formats';
import type { Graph } from './graph/graph';
import type { ConversionHost } from './host';
import { foldAndPlan, planWithRanges } from './phases/quantize/quantize';
import { quantizedValues } from './phases/quantize/quantizedValues';
import { type PhaseInput, runPhase } from './phases/runPhase';
import type { Plan } from './plan';
import { nodeDetails } from './report/details';
import { buildPlanView } from './report/planView';
import { buildReport } from './report/report';
import { RangeFinder } from './rangeFinder';
import { type Basis, keepValid } from './revise';
import { PHASES, type Snapshot } from './snapshot';
import { describeData, readNpzFile } from './calibration/describeData';
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
  setConfig(config: ConfigSource): Promise<AppliedConfig>;
  /** What all phases would make of the opened model; undefined for a faulty config. */
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

/** A conversion with nothing open yet. */
export function createConversion(host: ConversionHost): Conversion {
  const rangeFinder = new RangeFinder(host);
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

    async open(path, source) {
      const format = formatOf(path);
      const parsed = parseConfig(source.text, source.path ?? path);
      const { inputs, outputs } = parsed.config;
      host.progress.report('Reading the model');
      const graph = withOutputTypes(await format.read(await host.openSource(path), { inputs, outputs }, host.progress), format);
      const snapshot: Snapshot = { phase: undefined, graph, changes: [], seconds: 0 };
      model = { path, format, snapshots: [snapshot], config: parsed.config, parsed, source, ranges: new Map(), signature: { inputs, outputs } };
    },

    async setConfig(source) {
      const open = current();
      const parsed = parseConfig(source.text, source.path ?? open.path);
      const isFaulty = parsed.problems.some(({ severity }) => severity === 'error');
      // A mistake in the file leaves the last valid config in force.
      const config = isFaulty && open.basis !== undefined ? open.basis.config : parsed.config;
      const changed = isFaulty ? open : withSignature(open, config);
      const next: OpenModel = { ...changed, config, parsed, source };
      const context = contextOf(next);
      const { graph } = next.snapshots[0]!;
      const { rewriter, folded, first, plan } = foldAndPlan(graph, config, context, host.progress);
      const basis: Basis = { config, source, folds: rewriter.changes, planned: plan };
      const planAfter = (): Plan => planWithRanges(plan, folded, quantizedValues(folded, plan, context.dialect), open.ranges, config, context.dialect);
      model = isFaulty ? next : { ...next, basis, snapshots: keepValid(next.snapshots, open.basis, basis, planAfter) };
      planned = { of: model, plan: first };
      return { ...planViewOf(model, plan), snapshots: model.snapshots.length };
    },

    async preview(source) {
      const open = current();
      const parsed = parseConfig(source.text, source.path ?? open.path);
      if (parsed.problems.some(({ severity }) => severity === 'error')) return undefined;
      const { config } = parsed;
      const tried = { ...withSignature(open, config), config, parsed, source };
      return whatIf({ graph: tried.snapshots[0]!.graph, config, context: contextOf(tried), ranges: open.ranges }, host.progress);
    },

    async describeData(path) {
      return describeData(await readNpzFile(host, path), current().snapshots[0]!.graph.inputs);
    },

    async runPhase() {
      const open = current();
      const phase = PHASES[open.snapshots.length - 1];
      if (phase === undefined) throw new UserError('All phases have run', { file: open.path });
      const config = requireValid(open.parsed);
      checkOpNames(config, open.snapshots[0]!.graph, open.format.dialect, open.source.path ?? open.path);
      const input: PhaseInput = {
        snapshots: open.snapshots,
        config,
        ranges: open.ranges,
        context: contextOf(open),
        rangesOf: (values) => rangeFinder.find(values, { graph: open.snapshots[0]!.graph, dialect: open.format.dialect, config, source: open.source, model: open.path }),
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
      const { snapshots, format, parsed } = current();
      const warnings = [...parsed.problems.map(({ message }) => ({ message })), ...planOf(current()).warnings];
      return buildReport(format.name, snapshots, warnings, format.dialect, host.peakMemoryMiB());
    },

    async save(path, overwrite) {
      const { snapshots } = current();
      const sink = await host.openSink(path, overwrite);
      try {
        await formatOf(path).write(snapshots.at(-1)!.graph, sink, host.progress);
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

function planViewOf({ snapshots, config, format, parsed, source, path }: OpenModel, plan: Plan): PlanView {
  const problems: ConfigProblem[] = [...parsed.problems];
  const graph = snapshots[0]!.graph;
  try {
    checkOpNames(config, graph, format.dialect, source.path ?? path);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    problems.push({ message: error.message, path: [], offset: 0, length: 0, severity: 'error' });
  }
  const isFaulty = parsed.problems.some(({ severity }) => severity === 'error');
  return { config, isFaulty, ...buildPlanView(graph, config, plan, format.dialect, problems) };
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
