import type { Dialect } from '../../dialect';
import type { ChannelwiseStep, LinearOp } from '../../linearOp';
import type { Node, NodeTable, ValueRef } from '../../graph/graph';
import { removeUnread } from '../../graph/removeUnread';
import type { Rewriter, Rule } from '../../graph/rewriter';
import type { Tensor } from '../../graph/tensor';
import type { Progress } from '../../host';
import { applyStep, channelCount, identityAffine, operandsOf, scales, scaleWeight, shifts, type Affine } from './channelwise';
import { type ConstantCache, constantValue, foldConstant } from './foldConstants';

export const FOLD_BATCH_NORM: Rule = {
  name: 'fold-batch-norm',
  description: 'Multiplies batch normalisation into the weights before it and leaves one addition of a bias.',
};

/** A node after a linear op, with what it does and the constants it does it with. */
interface Link {
  readonly node: Node;
  readonly step: ChannelwiseStep;
  readonly operands: readonly ValueRef[];
}

interface Chain {
  readonly links: readonly Link[];
  /** Everything the links do together. */
  readonly affine: Affine;
}

/**
 * Folds multiplications and additions per channel that follow a convolution or matrix product into its weights and one
 * bias: inference batch normalisation as one op, or taken apart into arithmetic, with or without a bias of its own.
 * Constants that weights and biases are computed from are folded first. The bias addition has the id and name of the
 * last op it stands for. Only linear ops for which `isWanted` holds are treated. y = γ(x-μ)/√(σ²+ε)+β: Ioffe and
 * Szegedy, "Batch Normalization" (2015), section 3.1.
 */
export function foldBatchNorm(rewriter: Rewriter, dialect: Dialect, isWanted: (linear: Node) => boolean, progress: Progress): void {
  const cache: ConstantCache = new Map();
  for (const id of rewriter.ids()) {
    const node = rewriter.get(id);
    const linear = node === undefined ? undefined : dialect.linearOp(node);
    if (node === undefined || linear === undefined || !isWanted(node)) continue;
    progress.throwIfCancelled();
    foldAfter(rewriter, dialect, node, linear, cache);
  }
}

function foldAfter(rewriter: Rewriter, dialect: Dialect, node: Node, linear: LinearOp, cache: ConstantCache): void {
  const weight = tensorAt(rewriter, dialect, node.inputs[linear.weight], cache);
  if (weight === undefined || weight.dtype !== 'float32') return;
  const chain = findChain(rewriter, dialect, node, linear, channelCount(weight.shape, linear), cache);
  if (chain === undefined) return;
  for (const value of [node.inputs[linear.weight]!, ...chain.links.flatMap((link) => link.operands)]) {
    const tensor = tensorAt(rewriter, dialect, value, cache);
    if (tensor !== undefined && dialect.constantBehind(rewriter, value) === undefined) foldConstant(rewriter, dialect, value.node, tensor);
  }
  if (chain.links.some((link) => scales(link.step))) foldChain(rewriter, dialect, rewriter.node(node.id), linear, weight, chain);
}

/**
 * The longest run of steps after `start`, each the only reader of the one before, that ends with an addition; a bias of
 * its own is the first. Undefined where that is not constant.
 */
function findChain(rewriter: Rewriter, dialect: Dialect, start: Node, linear: LinearOp, channels: number, cache: ConstantCache): Chain | undefined {
  const links: Link[] = [];
  const own = linear.bias === undefined ? undefined : tensorAt(rewriter, dialect, start.inputs[linear.bias], cache);
  let affine = identityAffine(channels);
  if (linear.bias !== undefined) {
    const biased = own && applyStep(affine, { kind: 'bias', operand: linear.bias, channels: linear.channels }, [own], linear);
    if (biased === undefined) return undefined;
    affine = biased;
  }
  let chain: Chain = { links: [], affine };
  for (let id = start.id; ; ) {
    const [use, second] = rewriter.uses(id);
    if (use === undefined || second !== undefined || rewriter.isOutputNode(id)) return chain;
    const node = rewriter.node(use.node);
    const step = dialect.channelwiseStep(node, use.input);
    if (step === undefined || !onlyFirstOutputIsRead(rewriter, node.id)) return chain;
    const operands = operandsOf(step).map((input) => node.inputs[input]!);
    const tensors = operands.map((value) => tensorAt(rewriter, dialect, value, cache));
    const next = tensors.includes(undefined) ? undefined : applyStep(affine, step, tensors as Tensor[], linear);
    if (next === undefined) return chain;
    links.push({ node, step, operands });
    affine = next;
    if (shifts(step)) chain = { links: [...links], affine };
    id = node.id;
  }
}

function foldChain(rewriter: Rewriter, dialect: Dialect, node: Node, linear: LinearOp, weight: Tensor, { links, affine }: Chain): void {
  const nodes = links.map((link) => rewriter.node(link.node.id));
  const last = nodes.at(-1)!;
  const reason =
    `Batch normalisation after "${node.name}": its factors are multiplied into the weights and the rest is one bias, ` +
    `so ${afterwards(nodes.length, dialect)}.`;
  rewriter.apply(FOLD_BATCH_NORM, reason, () => {
    replaceWeight(rewriter, dialect, node, linear, scaleWeight(weight, affine.scale, linear));
    const bias: Tensor = { dtype: 'float32', shape: [affine.shift.length], data: Float32Array.from(affine.shift) };
    const name = rewriter.uniqueName(`${last.name}/bias`);
    // A constant inside a loop or branch is tied to it by control inputs.
    const ties = links.flatMap((link) => link.operands.flatMap((value) => controlInputsBehind(rewriter, value.node)));
    const biasValue = rewriter.add(dialect.makeConstant(name, bias, [...new Set(ties)]));
    if (dialect.withBias !== undefined) {
      takeBias(rewriter, dialect, dialect.withBias(rewriter.node(node.id), biasValue), last, linear);
      return;
    }
    const addition = dialect.makeBiasAdd(last.name, { node: node.id, output: 0 }, biasValue, 'float32', linear.channels);
    const controlInputs = [...new Set(nodes.flatMap((link) => link.controlInputs))];
    rewriter.replace({ ...addition, id: last.id, controlInputs, device: last.device });
    removeUnread(rewriter, dialect, last.inputs.map((value) => value.node));
  });
}

function afterwards(ops: number, dialect: Dialect): string {
  if (dialect.withBias !== undefined) return ops === 1 ? 'the op is gone' : `${ops} ops are gone`;
  return ops === 1 ? 'it becomes a bias addition' : `${ops} ops become one`;
}

/**
 * The linear op with the bias takes the place of the last op of the chain, and its id: calibration, which sees the model as
 * it was opened, knows the value under that.
 */
function takeBias(rewriter: Rewriter, dialect: Dialect, biased: Node, last: Node, { bias }: LinearOp): void {
  const before = bias === undefined ? [] : [rewriter.node(biased.id).inputs[bias]!.node];
  rewriter.replace({ ...biased, id: last.id });
  removeUnread(rewriter, dialect, [biased.id, ...last.inputs.map((value) => value.node), ...before]);
}

/** Changes the constant itself where only this op reads it, so that it keeps its name; otherwise the op gets a copy. */
function replaceWeight(rewriter: Rewriter, dialect: Dialect, node: Node, linear: LinearOp, weight: Tensor): void {
  const value = node.inputs[linear.weight]!;
  const constant = dialect.constantBehind(rewriter, value);
  if (constant === undefined) throw new Error(`${value.node} is no constant`);
  let isOwn = true;
  for (let id = value.node; isOwn; id = rewriter.node(id).inputs[0]!.node) {
    isOwn = rewriter.uses(id).length === 1 && !rewriter.isOutputNode(id);
    if (id === constant.id) break;
  }
  if (isOwn) {
    const made = dialect.makeConstant(constant.name, weight, constant.controlInputs);
    rewriter.replace({ ...constant, attributes: new Map([...constant.attributes, ...made.attributes]) });
  } else {
    const name = rewriter.uniqueName(`${node.name}/weights`);
    rewriter.setInput(node.id, linear.weight, rewriter.add(dialect.makeConstant(name, weight, constant.controlInputs)));
    removeUnread(rewriter, dialect, [value.node]);
  }
}

/** The tensor of a constant, behind nodes that pass it on, or computed from constants. */
function tensorAt(nodes: NodeTable, dialect: Dialect, value: ValueRef | undefined, cache: ConstantCache): Tensor | undefined {
  if (value === undefined) return undefined;
  const constant = dialect.constantBehind(nodes, value);
  return constant === undefined ? constantValue(nodes, dialect, value, cache) : dialect.constantTensor(constant);
}

/** Control inputs of a constant and of the nodes that pass it on. */
function controlInputsBehind(rewriter: Rewriter, id: string): string[] {
  const found: string[] = [];
  for (let node = rewriter.get(id); node !== undefined; node = node.inputs[0] && rewriter.get(node.inputs[0].node)) {
    found.push(...node.controlInputs);
  }
  return found;
}

function onlyFirstOutputIsRead(rewriter: Rewriter, id: string): boolean {
  return rewriter.uses(id).length === rewriter.uses(id, 0).length && rewriter.outputsOf(id).every((output) => output.value.output === 0);
}
