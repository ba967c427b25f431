import { expect, it } from 'vitest';
import { convertConstant } from '../../../../src/engine/formats/tensorflow/convertedConstant';
import { readGraphDef } from '../../../../src/engine/formats/tensorflow/read';
import { decodeTensor } from '../../../../src/engine/formats/tensorflow/tensor';
import { writeGraphDef } from '../../../../src/engine/formats/tensorflow/write';
import { decodeBfloat16, encodeBfloat16 } from '../../../../src/engine/graph/bfloat16';
import type { Graph, Node } from '../../../../src/engine/graph/graph';
import { NO_PROGRESS } from '../../../../src/engine/host';
import { buildBytes } from '../../../support/graphBuilder';
import { MemorySink, memorySource } from '../../../support/memoryFile';

const SIZE = 300_000;
const data = Float32Array.from({ length: SIZE }, (_, i) => Math.sin(i) * 10 ** ((i % 80) - 40));

/** A file in which the constant's numbers begin at any address: `name` shifts them byte by byte. */
async function fileWith(name: string): Promise<Graph> {
  const value = { dtype: 'float32', shape: [SIZE], data } as const;
  return readGraphDef(memorySource(buildBytes([{ name, op: 'Const', attrs: { dtype: 'float32', value } }])), {}, NO_PROGRESS);
}

function expectRounded(node: Node): void {
  const tensor = decodeTensor(node.attributes.get('value'));
  expect(tensor).toMatchObject({ dtype: 'bfloat16', shape: [SIZE] });
  const { buffer, byteOffset, byteLength } = tensor.data as Uint16Array;
  expect(Buffer.from(buffer, byteOffset, byteLength).equals(Buffer.from(encodeBfloat16(data).buffer))).toBe(true);
}

it.each(['c', 'co', 'con', 'cons'])('rounds a large constant, when it is written and when it is read (%s)', async (name) => {
  const graph = await fileWith(name);
  const converted = convertConstant(`${name}/bfloat16`, graph.nodes.get(name)!, 'bfloat16');
  expect(converted.attributes.get('dtype')).toEqual({ kind: 'type', value: 'bfloat16' });
  expectRounded(converted);

  const sink = new MemorySink();
  await writeGraphDef({ ...graph, nodes: new Map([[converted.id, converted]]) }, sink);
  expect(Math.max(...sink.pieces.map((piece) => piece.length))).toBeLessThan(2 * SIZE);
  const again = await readGraphDef(memorySource(sink.bytes()));
  expectRounded(again.nodes.get(`${name}/bfloat16`)!);
});

it('goes back to FP32 from what was rounded', async () => {
  const rounded = convertConstant('rounded', (await fileWith('c')).nodes.get('c')!, 'bfloat16');
  const again = decodeTensor(convertConstant('again', rounded, 'float32').attributes.get('value'));
  expect(again.dtype).toBe('float32');
  expect(Buffer.from((again.data as Float32Array).buffer).equals(Buffer.from(decodeBfloat16(encodeBfloat16(data)).buffer))).toBe(true);
});
