import type { Dialect } from '../../dialect';
import type { DataType } from '../../graph/dataType';
import type { Node, ValueRef } from '../../graph/graph';
import type { Rewriter } from '../../graph/rewriter';
import type { Casts } from '../casts';

/** Type groups to become BF16, by node id. */
export type Conversions = ReadonlyMap<string, ReadonlyMap<string, DataType>>;

export interface ConversionContext {
  readonly rewriter: Rewriter;
  readonly dialect: Dialect;
  readonly casts: Casts;
  /** Everything that becomes BF16 in the same go: no Cast is put between two of these. */
  readonly conversions: Conversions;
  /** Where modules are converted as wholes: which one a node is part of. Casts stand between them even where both sides are BF16. */
  readonly moduleOf?: (node: Node) => string | undefined;
}

/**
 * Turns one node to BF16: its inputs read BF16 values (a shared Cast, a re-encoded constant, or the value of another
 * converted node), and readers that stay FP32 read a shared Cast of its outputs. A fetched output keeps its name and type.
 */
export function convertNode(id: string, context: ConversionContext): void {
  const { rewriter, dialect, casts, conversions } = context;
  const node = rewriter.node(id);
  const types = conversions.get(id)!;
  const groups = dialect.typeGroups(node).filter((group) => types.has(group.name));
  const inputs = node.inputs.map((value, input) =>
    groups.some((group) => group.inputs.includes(input)) && !becomesBf16(value, node, context) ? casts.as(value, 'bfloat16') : value);
  rewriter.replace({ ...dialect.withTypes(node, types), inputs });

  const outputs = groups.flatMap((group) => group.outputs);
  keepFetchedOutputs(rewriter.node(id), outputs, context);
  for (const output of outputs) {
    const value: ValueRef = { node: id, output };
    const left = rewriter.uses(id, output).filter((use) => !readsBf16(use.node, use.input, node, context));
    if (left.length > 0) rewriter.redirect(left, casts.as(value, 'float32'));
  }
}

function becomesBf16(value: ValueRef, reader: Node, context: ConversionContext): boolean {
  const { rewriter, dialect, conversions } = context;
  const types = conversions.get(value.node);
  return types !== undefined && isOneModule(rewriter.node(value.node), reader, context)
    && dialect.typeGroups(rewriter.node(value.node)).some((group) => types.has(group.name) && group.outputs.includes(value.output));
}

/** Whether the reader takes BF16 at that input, now or once this go is over. */
function readsBf16(reader: string, input: number, producer: Node, context: ConversionContext): boolean {
  const { rewriter, dialect, conversions } = context;
  const node = rewriter.node(reader);
  if (dialect.inputType(node, input) === 'bfloat16') return true;
  const types = conversions.get(reader);
  return types !== undefined && isOneModule(producer, node, context)
    && dialect.typeGroups(node).some((group) => types.has(group.name) && group.inputs.includes(input));
}

function isOneModule(a: Node, b: Node, { moduleOf }: ConversionContext): boolean {
  return moduleOf === undefined || moduleOf(a) === moduleOf(b);
}

/**
 * Fetched outputs are FP32 again. Where the caller fetches values by node name, the node gives its name to the Cast back,
 * or to a tuple of all its outputs where it has several.
 */
export function keepFetchedOutputs(
  node: Node, converted: readonly number[], { rewriter, dialect, casts }: Pick<ConversionContext, 'rewriter' | 'dialect' | 'casts'>,
): void {
  const fetched = new Set(rewriter.outputsOf(node.id).map((output) => output.value.output));
  if (!converted.some((output) => fetched.has(output))) return;
  const types = dialect.outputTypes(node);
  if (!dialect.fetchesByNodeName) {
    for (const output of fetched) if (types[output] === 'bfloat16') rewriter.redirectOutput({ node: node.id, output }, casts.as({ node: node.id, output }, 'float32'));
    return;
  }
  const name = node.name;
  rewriter.replace({ ...node, name: rewriter.uniqueName(`${name}/bfloat16`) });
  const isBack = (output: number): boolean => types[output] === 'bfloat16' && fetched.has(output);
  const values = types.map((_, output): ValueRef => (isBack(output) ? casts.as({ node: node.id, output }, 'float32') : { node: node.id, output }));
  if (values.length === 1) {
    rewriter.replace({ ...rewriter.node(values[0]!.node), name });
    rewriter.redirectOutput({ node: node.id, output: 0 }, values[0]!);
    return;
  }
  const outerTypes = types.map((type, output) => (isBack(output) ? 'float32' : type!));
  const tuple = { ...dialect.makeTuple(name, values, outerTypes), id: rewriter.uniqueName(`${name}/outputs`), device: node.device };
  rewriter.add(tuple);
  types.forEach((_, output) => rewriter.redirectOutput({ node: node.id, output }, { node: tuple.id, output }));
}
