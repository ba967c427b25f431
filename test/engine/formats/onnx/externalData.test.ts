import { describe, expect, it } from 'vitest';
import { UserError } from '../../../../src/engine/errors';
import { onnxDialect } from '../../../../src/engine/formats/onnx/dialect';
import { readOnnx } from '../../../../src/engine/formats/onnx/read';
import { writeOnnx } from '../../../../src/engine/formats/onnx/write';
import { encodeBfloat16 } from '../../../../src/engine/graph/bfloat16';
import type { Graph } from '../../../../src/engine/graph/graph';
import { NO_PROGRESS, type ByteSource } from '../../../../src/engine/host';
import { memorySource, MemorySink } from '../../../support/memoryFile';
import { buildOnnx, decoded } from '../../../support/onnxBuilder';

const SIZE = 300;
const vector = ['float32', [SIZE]] as const;
const weights = Float32Array.from({ length: 2 * SIZE }, (_, index) => index / 8);

function model(external: Readonly<Record<string, Readonly<Record<string, string>>>>): Uint8Array {
  const names = Object.keys(external);
  return buildOnnx({
    inputs: { x: vector }, outputs: { y: vector },
    initializers: Object.fromEntries(names.map((name) => [name, { shape: [SIZE], external: external[name] }])),
    nodes: [{ op: 'Sum', inputs: ['x', ...names], outputs: ['y'] }],
  });
}

const files: Readonly<Record<string, Uint8Array>> = { 'weights.bin': new Uint8Array(weights.buffer) };

function beside(path: string): Promise<ByteSource> {
  const bytes = files[path];
  return bytes === undefined ? Promise.reject(new UserError('there is no such file', { file: path })) : Promise.resolve(memorySource(bytes, path));
}

const read = (bytes: Uint8Array): Promise<Graph> => readOnnx(memorySource(bytes, 'model.onnx'), {}, NO_PROGRESS, beside);
const first = { location: 'weights.bin', offset: '0', length: String(4 * SIZE) };
const second = { location: 'weights.bin', offset: String(4 * SIZE) };

describe('external data', () => {
  it('is read where the model says it is', async () => {
    const graph = await read(model({ a: first, b: second }));
    expect(onnxDialect.constantTensor(graph.nodes.get('a')!).data).toEqual(weights.slice(0, SIZE));
    expect(onnxDialect.constantTensor(graph.nodes.get('b')!).data).toEqual(weights.slice(SIZE));
  });

  it('stays in its file until it is needed where it is large, and goes from file to file', async () => {
    const large = Float32Array.from({ length: 20_000 }, (_, index) => index);
    const bytes = buildOnnx({
      inputs: { x: ['float32', [20_000]] }, outputs: { y: ['float32', [20_000]] },
      initializers: { a: { shape: [20_000], external: { location: 'large.bin' } } }, nodes: [{ op: 'Sum', inputs: ['x', 'a'], outputs: ['y'] }],
    });
    let reads = 0;
    const source: ByteSource = {
      ...memorySource(new Uint8Array(large.buffer), 'large.bin'), read: () => Promise.reject(new Error('not at once')),
      readNow: (start, end) => {
        reads++;
        return new Uint8Array(large.buffer.slice(start, end));
      },
    };
    const graph = await readOnnx(memorySource(bytes, 'model.onnx'), {}, NO_PROGRESS, () => Promise.resolve(source));
    expect(reads).toBe(0);
    expect(onnxDialect.constantTensor(graph.nodes.get('a')!).data).toEqual(large);
    const rounded = onnxDialect.convertConstant('b', graph.nodes.get('a')!, 'bfloat16');
    expect(onnxDialect.constantTensor(rounded).data).toEqual(encodeBfloat16(large));
    const sinks: MemorySink[] = [];
    const openBeside = async (): Promise<MemorySink> => {
      sinks.push(new MemorySink());
      return sinks[0]!;
    };
    await writeOnnx(graph, new MemorySink(), NO_PROGRESS, { bf16: 'native', fileName: 'out.onnx', openBeside });
    expect(new Float32Array(new Uint8Array(sinks[0]!.bytes()).buffer)).toEqual(large);
  });

  it('is written to a file named after the model, which reads back', async () => {
    const graph = await read(model({ a: first, b: second }));
    const sinks = new Map<string, MemorySink>();
    const openBeside = async (name: string): Promise<MemorySink> => {
      const sink = new MemorySink();
      sinks.set(name, sink);
      return sink;
    };
    const sink = new MemorySink();
    await writeOnnx(graph, sink, NO_PROGRESS, { bf16: 'native', fileName: 'out.onnx', openBeside });
    expect([...sinks.keys()]).toEqual(['out.onnx.data']);
    expect(decoded(sink.bytes()).graph.initializer.map(({ dataLocation }) => dataLocation)).toEqual([1, 1]);
    const data = memorySource(sinks.get('out.onnx.data')!.bytes(), 'out.onnx.data');
    const again = await readOnnx(memorySource(sink.bytes()), {}, NO_PROGRESS, () => Promise.resolve(data));
    for (const name of ['a', 'b']) expect(onnxDialect.constantTensor(again.nodes.get(name)!)).toEqual(onnxDialect.constantTensor(graph.nodes.get(name)!));
  });

  it('becomes part of the model where no file can be beside it', async () => {
    const sink = new MemorySink();
    await writeOnnx(await read(model({ a: first })), sink);
    const again = await readOnnx(memorySource(sink.bytes()), {});
    expect(onnxDialect.constantTensor(again.nodes.get('a')!).data).toEqual(weights.slice(0, SIZE));
  });

  it.each([
    ['a file that is not there', { location: 'gone.bin' }, 'its data is in "gone.bin", which cannot be read: there is no such file'],
    ['an end beyond the file', { location: 'weights.bin', offset: '2000', length: '1200' }, 'its data is to be at bytes 2000 to 3200 of "weights.bin", which has 2400'],
    ['an offset that is no number', { location: 'weights.bin', offset: 'x', length: '1200' }, 'its data is to be at bytes NaN to NaN of "weights.bin", which has 2400'],
    ['a length that is not its shape\'s', { location: 'weights.bin', offset: '0', length: '8' }, 'the constant holds 8 bytes, but float32[300] needs 1200'],
  ])('is refused with %s', async (_, external, message) => {
    await expect(read(model({ a: external }))).rejects.toMatchObject({ name: 'UserError', message, place: { file: 'model.onnx', node: 'a' } });
  });

  it('is refused where overlapping tensors would take more memory than the file', async () => {
    const overlapping = Object.fromEntries([0, 4, 8].map((offset) => [`w${offset}`, { location: 'weights.bin', offset: String(offset), length: '1200' }]));
    await expect(read(model(overlapping))).rejects.toMatchObject({ message: 'the tensors in "weights.bin" overlap' });
  });
});
