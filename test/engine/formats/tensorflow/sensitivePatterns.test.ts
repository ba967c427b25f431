import { describe, expect, it } from 'vitest';
import { tensorflowDialect as dialect } from '../../../../src/engine/formats/tensorflow/dialect';
import type { Graph } from '../../../../src/engine/graph/graph';
import { buildGraph, constant, placeholder, type NodeSpec } from '../../../support/graphBuilder';

const BASE: readonly NodeSpec[] = [
  placeholder('x', 'float32', [2, 5, 8]),
  placeholder('labels', 'float32', [2, 5, 8]),
  constant('axes', 'int32', [1], [2]),
  constant('epsilon', 'float32', [], [1e-6]),
  constant('one', 'float32', [], [1]),
  constant('two', 'float32', [], [2]),
  constant('three', 'float32', [], [3]),
  constant('tenth', 'float32', [], [0.1]),
  constant('count', 'float32', [], [8]),
  constant('gamma', 'float32', [8], [1]),
  constant('beta', 'float32', [8], [0]),
];

/** One node per line: `name = Op(input, …)`. */
function graphOf(text: string): Graph {
  const nodes = text.trim().split('\n').map((line): NodeSpec => {
    const [, name, op, inputs] = /^\s*(\w+) = (\w+)\((.*)\)$/.exec(line)!;
    return { name: name!, op: op!, inputs: inputs!.split(', '), attrs: op === 'CTCLossV2' ? {} : { T: 'float32' } };
  });
  return buildGraph([...BASE, ...nodes]);
}

/** Names of the nodes a pattern claims before the ones after it do. */
function claimedBy(name: string, text: string): string[] {
  const graph = graphOf(text);
  return [...graph.nodes.values()]
    .filter((node) => dialect.sensitivePatterns.find((pattern) => pattern.matches(node, graph))?.name === name)
    .map((node) => node.id);
}

describe('normalization', () => {
  const spelled: Readonly<Record<string, { text: string; members: readonly string[] }>> = {
    'layer normalization of Keras 3': {
      text: `mean = Mean(x, axes)
        stop = StopGradient(mean)
        squares = SquaredDifference(x, stop)
        variance = Mean(squares, axes)
        added = AddV2(variance, epsilon)
        scale = Rsqrt(added)
        scaled = Mul(scale, gamma)
        a = Mul(x, scaled)
        negative = Neg(mean)
        b = Mul(negative, scaled)
        shift = AddV2(b, beta)
        y = AddV2(a, shift)`,
      members: ['mean', 'squares', 'variance', 'added', 'scale'],
    },
    'the same with deviations multiplied by themselves': {
      text: `mean = Mean(x, axes)
        d = Sub(x, mean)
        squares = Mul(d, d)
        variance = Mean(squares, axes)
        added = Add(epsilon, variance)
        scale = Sqrt(added)
        y = RealDiv(d, scale)
        z = AddV2(y, beta)`,
      members: ['mean', 'd', 'squares', 'variance', 'added', 'scale', 'y'],
    },
    'RMS normalization': {
      text: `squares = Square(x)
        power = Mean(squares, axes)
        added = AddV2(power, epsilon)
        scale = Rsqrt(added)
        y = Mul(x, scale)
        z = Mul(y, gamma)`,
      members: ['squares', 'power', 'added', 'scale'],
    },
    'RMS normalization by a power and a reciprocal': {
      text: `squares = Pow(x, two)
        power = Mean(squares, axes)
        added = AddV2(power, epsilon)
        root = Sqrt(added)
        scale = RealDiv(one, root)
        y = Mul(x, scale)`,
      members: ['squares', 'power', 'added', 'root', 'scale'],
    },
    'L2 normalization': {
      text: `squares = Square(x)
        length = Sum(squares, axes)
        kept = Maximum(length, epsilon)
        scale = Rsqrt(kept)
        least = Minimum(scale, one)
        y = Mul(x, least)`,
      members: ['squares', 'length', 'kept', 'scale', 'least'],
    },
    'mean of squares less squared mean, as JAX exports it': {
      text: `sum = Sum(x, axes)
        mean = RealDiv(sum, count)
        xx = Mul(x, x)
        sum2 = Sum(xx, axes)
        mean2 = RealDiv(sum2, count)
        mm = Square(mean)
        variance = Sub(mean2, mm)
        kept = Maximum(variance, epsilon)
        scale = Rsqrt(kept)
        y = Mul(x, scale)`,
      members: ['mean', 'xx', 'sum2', 'mean2', 'mm', 'variance', 'kept', 'scale'],
    },
  };
  it.each(Object.entries(spelled))('claims %s up to its scale', (_, { text, members }) => {
    expect(claimedBy('normalization', text)).toEqual(members);
  });

  it('leaves averages, biases, roots and products alone that scale nothing', () => {
    expect(claimedBy('normalization', `mean = Mean(x, axes)
      biased = AddV2(x, beta)
      root = Sqrt(biased)
      square = Square(x)
      product = Mul(x, labels)
      total = Sum(product, axes)
      y = RealDiv(x, total)
      constant = Rsqrt(gamma)`)).toEqual([]);
  });

  it('finds a root far from the squares out of reach', () => {
    const roots = Array.from({ length: 20 }, (_, i) => `r${i + 1} = Sqrt(r${i})`);
    const claimed = claimedBy('normalization', ['squares = Square(x)', 'r0 = Sum(squares, axes)', ...roots].join('\n'));
    expect(claimed).toContain('r3');
    expect(claimed).not.toContain('r20');
  });
});

describe('softmax', () => {
  it.each(['Softmax', 'LogSoftmax'])('claims %s', (op) => {
    expect(claimedBy('softmax', `y = ${op}(x)`)).toEqual(['y']);
  });

  it('claims it spelled out, with the maximum left out', () => {
    expect(claimedBy('softmax', `largest = Max(x, axes)
      stop = StopGradient(largest)
      difference = Sub(x, stop)
      e = Exp(difference)
      total = Sum(e, axes)
      y = RealDiv(e, total)
      z = AddV2(y, beta)`)).toEqual(['difference', 'e', 'total', 'y']);
  });

  it('claims the product with a reciprocal', () => {
    expect(claimedBy('softmax', `e = Exp(x)
      total = Sum(e, axes)
      inverse = Reciprocal(total)
      y = Mul(inverse, e)`)).toEqual(['e', 'total', 'inverse', 'y']);
  });

  it('claims logarithms of sums of exponentials, and what is taken from them', () => {
    expect(claimedBy('softmax', `largest = Max(x, axes)
      difference = Sub(x, largest)
      e = Exp(difference)
      total = Sum(e, axes)
      logarithm = Log(total)
      back = AddV2(logarithm, largest)
      logits = Sub(x, back)
      y = Exp(logits)`)).toEqual(['difference', 'e', 'total', 'logarithm', 'back', 'logits', 'y']);
  });

  it('leaves other sums and divisions alone', () => {
    expect(claimedBy('softmax', `total = Sum(x, axes)
      y = RealDiv(x, total)
      inverse = Reciprocal(x)
      z = Mul(x, inverse)`)).toEqual([]);
  });
});

describe('losses', () => {
  it.each(['L2Loss', 'SoftmaxCrossEntropyWithLogits'])('claims %s', (op) => {
    expect(claimedBy('losses', `y = ${op}(x${op === 'L2Loss' ? '' : ', labels'})`)).toEqual(['y']);
  });

  it.each([
    'error = Sub(x, labels)\nsquares = Square(error)\nloss = Mean(squares, axes)',
    'squares = SquaredDifference(x, labels)\nloss = Sum(squares, axes)',
  ])('claims squared errors: %s', (text) => {
    expect(claimedBy('losses', text)).toEqual(text.match(/^\w+/gm));
    expect(claimedBy('normalization', text)).toEqual([]);
  });

  it('claims sigmoid cross entropy', () => {
    expect(claimedBy('losses', `relu = Relu(x)
      product = Mul(x, labels)
      difference = Sub(relu, product)
      absolute = Abs(x)
      negative = Neg(absolute)
      e = Exp(negative)
      logarithm = Log1p(e)
      loss = AddV2(difference, logarithm)`)).toEqual(['product', 'difference', 'e', 'logarithm', 'loss']);
  });
});

describe('powers and logarithms', () => {
  it.each(['Exp', 'Expm1', 'Log', 'Log1p'])('claims %s', (op) => {
    expect(claimedBy('powers_and_logarithms', `y = ${op}(x)`)).toEqual(['y']);
  });

  it('claims powers but small constant ones', () => {
    expect(claimedBy('powers_and_logarithms', `cube = Pow(x, three)
      root = Pow(x, tenth)
      high = Pow(x, count)
      computed = Pow(x, labels)
      per_channel = Pow(x, gamma)`)).toEqual(['high', 'computed', 'per_channel']);
  });

  it('leaves an exponential of a softmax to that', () => {
    expect(claimedBy('powers_and_logarithms', 'e = Exp(x)\ntotal = Sum(e, axes)\nother = Exp(total)')).toEqual(['other']);
  });
});

it('finds patterns in long chains', () => {
  const chain = Array.from({ length: 20000 }, (_, i) => `n${i + 1} = Rsqrt(n${i})`);
  expect(claimedBy('normalization', ['squares = Square(x)', 'n0 = Mean(squares, axes)', ...chain].join('\n')).length).toBeLessThan(20);
});
