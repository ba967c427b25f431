import type { Ranges } from './calibration/ranges';
import { DEFAULT_CONFIG, type TuningConfig } from './config/config';
import type { PlanContext } from './config/plan';
import { type Graph, uniqueValues, type ValueRef, valueKey } from './graph/graph';
import type { Progress } from './host';
import { foldAndPlan } from './phases/prepare/foldAndPlan';
import { valuesToCalibrate } from './phases/quantize/quantize';

const UNPREPARED: TuningConfig['preparation'] = {
  identity_removal: false, training_node_removal: false, constant_folding: false, common_subexpressions: false, padding_fusion: false, batch_norm_folding: false, composite_ops: false,
};

/**
 * The values whose ranges serve any config: those of the ops that the given config makes INT8, and those of every op with an
 * INT8 form. Linear.
 */
export function valuesToRecord(graph: Graph, config: TuningConfig, context: PlanContext, progress: Progress): readonly ValueRef[] {
  const everything: TuningConfig = { ...DEFAULT_CONFIG, pytorch: config.pytorch, op_name_dict: { '.*': 'int8' } };
  const unprepared = { ...everything, preparation: UNPREPARED };
  const values = [config, everything, unprepared].flatMap((wanted) => {
    const { folded, plan } = foldAndPlan(graph, wanted, { ...context, canCalibrate: true }, progress);
    return valuesToCalibrate(folded, plan, context.dialect);
  });
  // A value that only folding makes is of no use to a config under which nothing is folded, and cannot be computed.
  return uniqueValues(values.filter(({ node }) => graph.nodes.has(node)));
}

/** Those of the ranges that are of these values, in their order. */
export function rangesOf(values: readonly ValueRef[], ranges: Ranges): Ranges {
  return new Map(values.map(valueKey).flatMap((key) => (ranges.has(key) ? [[key, ranges.get(key)!] as const] : [])));
}
