import type { NodeDetails } from '../../../webview/protocol';
import type { Ranges } from '../calibration/ranges';
import type { Dialect } from '../dialect';
import { UserError } from '../errors';
import type { ModelOutput, Node } from '../graph/graph';
import type { Plan } from '../plan';
import type { Snapshot } from '../snapshot';
import { castDetails, whyCast } from './castCause';
import { outputId } from './picture';
import { nodePrecisions } from './precision';
import { attributeText } from './text';
import { type DetailsContext, inputDetails, outputDetails } from './valueDetails';
import { changesOf, whyOf } from './why';

/**
 * Everything known about a node in a snapshot: one of the opened model, one that conversion added, or the end of an
 * output. One that conversion removed is shown as it last was, without a precision. Throws UserError for an unknown id.
 */
export function nodeDetails(
  id: string, snapshot: number, snapshots: readonly Snapshot[], plan: Plan, ranges: Ranges, dialect: Dialect,
): NodeDetails {
  const past = snapshots.slice(0, snapshot + 1);
  const shown = past.findLast(({ graph }) => graph.nodes.has(id)) ?? past.at(-1)!;
  const context: DetailsContext = { graph: shown.graph, opened: snapshots[0]!.graph, ranges, dialect };
  const node = shown.graph.nodes.get(id);
  if (node === undefined) return endDetails(id, context);
  const precision = shown === past.at(-1) ? nodePrecisions(shown, dialect).get(id) : undefined;
  const sourceName = snapshots[0]!.graph.nodes.get(id)?.name;
  const cast = castDetails(node, past, plan, dialect);
  return {
    id,
    name: node.name,
    ...(sourceName === undefined || sourceName === node.name ? {} : { sourceName }),
    op: node.op,
    precision,
    why: cast === undefined || precision === undefined ? whyOf(id, precision, plan, past) : { text: whyCast(node, cast, past) },
    ...(cast === undefined ? {} : { cast }),
    inputs: node.inputs.map((value) => inputDetails(value, context)),
    outputs: dialect.outputTypes(node).map((_, output) => outputDetails({ node: id, output }, context)),
    attributes: attributesOf(node),
    changes: changesOf(id, past).map(({ phase, rule, reason, snapshot, index }) => ({ phase, rule, reason, snapshot, index })),
  };
}

function attributesOf(node: Node): NodeDetails['attributes'] {
  return [...node.attributes].map(([name, attribute]) => ({ name, value: attributeText(attribute) }));
}

function endDetails(id: string, context: DetailsContext): NodeDetails {
  const output: ModelOutput | undefined = context.graph.outputs.find(({ name }) => outputId(name) === id);
  if (output === undefined) throw new UserError('the graph has no such node', { node: id, hint: 'Open the model again' });
  return {
    id,
    name: output.name,
    op: 'Output',
    precision: 'other',
    why: { text: 'The caller of the model fetches this value; its name and type stay as they are.' },
    inputs: [inputDetails(output.value, context)],
    outputs: [],
    attributes: [],
    changes: [],
  };
}
