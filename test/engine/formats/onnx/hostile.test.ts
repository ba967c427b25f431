import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs/light';
import { describe, expect, it } from 'vitest';
import { resolvePlan } from '../../../../src/engine/config/plan';
import { parseConfig } from '../../../../src/engine/config/parse';
import { UserError } from '../../../../src/engine/errors';
import { onnxDialect } from '../../../../src/engine/formats/onnx/dialect';
import { readOnnx } from '../../../../src/engine/formats/onnx/read';
import { inferShapes } from '../../../../src/engine/formats/onnx/shapes/inferShapes';
import { seeded } from '../../phases/minimumCut/random';
import { memorySource } from '../../../support/memoryFile';
import { mutated } from '../../../support/mutate';
import { WITH_BODIES, withCalls } from '../../../support/onnxBodies';
import { buildOnnx, type OnnxGraphSpec, readBytes, writtenBytes } from '../../../support/onnxBuilder';
import { convertedOnnx } from '../../../support/onnxPhases';

const vector = ['float32', [3]] as const;
const branch = (op: string): { graph: OnnxGraphSpec } => ({ graph: { nodes: [{ op, inputs: ['a'], outputs: [`${op}_of_a`] }], outputs: { [`${op}_of_a`]: vector } } });
const small = buildOnnx({
  inputs: { x: vector, condition: ['bool', []] }, outputs: { y: vector, z: ['float32', [1, 3]] }, values: { a: vector },
  initializers: { w: { shape: [3], float: [1, 2, 3] }, axes: { shape: [1], int: [0] }, shape: { shape: [2], int: [1, -1] } },
  nodes: [
    { op: 'Mul', name: 'scale', inputs: ['x', 'w'], outputs: ['a'] },
    { op: 'If', inputs: ['condition'], outputs: ['y'], attributes: { then_branch: branch('Neg'), else_branch: branch('Abs') } },
    { op: 'Clip', inputs: ['a', '', 'top'], outputs: ['c'] },
    { op: 'Constant', inputs: [], outputs: ['top'], attributes: { value_float: { float: 6 } } },
    { op: 'Unsqueeze', inputs: ['c', 'axes'], outputs: ['u'] }, { op: 'Reshape', inputs: ['u', 'shape'], outputs: ['z'] },
  ],
});
const inside = [...Object.values(WITH_BODIES).map((spec) => buildOnnx(spec)), withCalls(buildOnnx)];
const config = parseConfig('{"use_bf16": true}', 'config.json').config;

/** Everything that is done with an opened model before anything is converted. */
async function use(bytes: Uint8Array): Promise<void> {
  const graph = await readBytes(bytes);
  resolvePlan(graph, config, { dialect: onnxDialect, canCalibrate: true });
  inferShapes(graph);
  await writtenBytes(graph);
}

/** Converts, too. */
async function convert(bytes: Uint8Array): Promise<void> {
  const graph = await readBytes(bytes);
  await writtenBytes(await convertedOnnx(graph, { use_bf16: true, calibration: { ranges: 'ranges.json' }, op_type_dict: { Add: 'bf16' } }));
}

describe('a damaged ONNX model', () => {
  it('with any byte flipped is read or refused', async () => {
    for (let at = 0; at < small.length; at++) {
      const bytes = Uint8Array.from(small);
      bytes[at] = bytes[at]! ^ 0xff;
      const outcome = await use(bytes).then(() => undefined, (error: unknown) => error);
      if (outcome !== undefined && !(outcome instanceof UserError)) throw new Error(`byte ${at}`, { cause: outcome });
    }
  });

  it('with random changes is read or refused, in no more memory than files take', { timeout: 120_000 }, async () => {
    const digits = readFileSync('media/samples/digits.onnx');
    const random = seeded(1);
    let refused = 0;
    for (let round = 0; round < 3000; round++) {
      const bytes = mutated(random, round % 8 === 0 ? digits : small);
      const outcome = await use(bytes).then(() => undefined, (error: unknown) => error);
      if (outcome !== undefined && !(outcome instanceof UserError)) throw new Error(`round ${round}`, { cause: outcome });
      if (outcome !== undefined) refused++;
    }
    expect(refused).toBeGreaterThan(1000);
    expect(process.memoryUsage().arrayBuffers).toBeLessThan(1 << 30);
  });

  it('with any byte of graphs that nodes run and of functions changed is converted or refused', { timeout: 120_000 }, async () => {
    let converted = 0;
    for (const model of inside) {
      for (let at = 0; at < model.length; at++) {
        const bytes = Uint8Array.from(model);
        // One bit, which makes other names, types, lengths and operator sets.
        bytes[at] = bytes[at]! ^ (1 + (at % 2));
        const outcome = await convert(bytes).then(() => undefined, (error: unknown) => error);
        if (outcome !== undefined && !(outcome instanceof UserError)) throw new Error(`byte ${at}`, { cause: outcome });
        if (outcome === undefined) converted++;
      }
    }
    expect(converted).toBeGreaterThan(500);
  });

  it.each([
    ['sizes beyond all memory', [2 ** 31, 2 ** 31], 'the shape [2147483648, 2147483648] of the constant is not a size'],
    ['negative sizes', [-1], 'the shape [-1] of the constant is not a size'],
    ['more elements than it has', [2 ** 30], 'the constant holds 12 bytes, but float32[1073741824] needs 4294967296'],
  ])('with a constant of %s is refused', async (_, shape, message) => {
    const bytes = buildOnnx({ inputs: { x: vector }, outputs: { y: vector }, initializers: { w: { shape, float: [1, 2, 3] } }, nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }] });
    await expect(readBytes(bytes)).rejects.toMatchObject({ name: 'UserError', message });
  });

  it('with graphs inside graphs deeper than protobuf allows is refused', async () => {
    const field = (number: number, ...payloads: readonly Uint8Array[]): Uint8Array => protobuf.Writer.create().uint32((number << 3) | 2).bytes(Buffer.concat(payloads)).finish();
    const text = (value: string): Uint8Array => new TextEncoder().encode(value);
    let graph: Uint8Array = field(2, text('innermost'));
    for (let depth = 0; depth < 200; depth++) graph = field(1, field(2, text(`o${depth}`)), field(4, text('If')), field(5, field(1, text('then_branch')), field(6, graph), Uint8Array.of(0xa0, 0x01, 5)));
    const bytes = Buffer.concat([Uint8Array.of(8, 8), field(8, Uint8Array.of(0x10, 17)), field(7, graph)]);
    await expect(readBytes(bytes)).rejects.toBeInstanceOf(UserError);
  });

  it('of 2 GiB or more is refused before it is read', async () => {
    const source = { name: 'huge.onnx', size: 2 ** 31, read: () => Promise.reject(new Error('must not be read')) };
    await expect(readOnnx(source, {})).rejects.toMatchObject({ message: 'the file is larger than 2 GiB, which no protobuf message can be', place: { hint: 'Save such a model with its weights as external data' } });
    await expect(readOnnx(memorySource(new Uint8Array(0), 'm.onnx'), {})).rejects.toMatchObject({ message: 'the file is empty' });
  });
});

describe('a chain of 30,000 nodes', () => {
  it('is read, planned and written in linear time', { timeout: 60_000 }, async () => {
    const nodes = Array.from({ length: 30_000 }, (_, index) => ({ op: 'Relu', inputs: [index === 0 ? 'x' : `v${index - 1}`], outputs: [`v${index}`] }));
    const bytes = buildOnnx({ inputs: { x: vector }, outputs: { v29999: vector }, nodes });
    const graph = await readBytes(bytes);
    expect(graph.nodes.size).toBe(30_001);
    await use(bytes);
  });
});
