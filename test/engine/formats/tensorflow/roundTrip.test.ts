import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readGraphDef } from '../../../../src/engine/formats/tensorflow/read';
import { writeGraphDef } from '../../../../src/engine/formats/tensorflow/write';
import { memorySource, MemorySink } from '../../../support/memoryFile';

describe('an unchanged GraphDef', () => {
  it.each([
    ['digits_cnn', ['image'], ['Identity']],
    ['digits_transformer', ['image'], ['Identity']],
    ['digits_gru', ['image'], ['Identity']],
  ])('%s is written byte for byte', async (name, inputs, outputs) => {
    const bytes = readFileSync(`media/samples/${name}.pb`);
    const graph = await readGraphDef(memorySource(bytes, `${name}.pb`));
    expect(graph.inputs.map((input) => input.name)).toEqual(inputs);
    expect(graph.outputs.map((output) => output.name)).toEqual(outputs);
    const sink = new MemorySink();
    await writeGraphDef(graph, sink);
    expect(bytes.equals(sink.bytes())).toBe(true);
  });
});
