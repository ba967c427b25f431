import { describe, expect, it } from 'vitest';
import { buildGraph, constant, float, placeholder, string } from '../../../support/graphBuilder';

describe('a built graph', () => {
  it('has the inputs, outputs and attributes its nodes state', () => {
    const graph = buildGraph([
      placeholder('image', 'float32', [-1, 28, 28, 1]),
      constant('filter', 'float32', [3, 3, 1, 8], [0.5]),
      { name: 'init', op: 'NoOp' },
      {
        name: 'conv', op: 'Conv2D', inputs: ['image', 'filter', '^init'], device: '/cpu:0',
        attrs: { T: 'float32', strides: [1, 1, 1, 1], padding: 'SAME', use_cudnn_on_gpu: true, explicit_paddings: [] },
      },
      { name: 'split', op: 'Split', inputs: ['axis', 'conv'], attrs: { T: 'float32', num_split: 2 } },
      constant('axis', 'int32', [], [3]),
      { name: 'custom', op: 'Custom', inputs: ['split:1'], attrs: { types: ['float32', 'int8'], alpha: 0.25, beta: float(1), name: string('float32'), ratios: [0.5, 1] } },
    ]);
    expect(graph.inputs).toEqual([{ name: 'image', value: { node: 'image', output: 0 }, dtype: 'float32', shape: [-1, 28, 28, 1] }]);
    expect(graph.outputs.map((output) => output.name)).toEqual(['custom']);
    const conv = graph.nodes.get('conv')!;
    expect(conv).toMatchObject({
      inputs: [{ node: 'image', output: 0 }, { node: 'filter', output: 0 }], controlInputs: ['init'], device: '/cpu:0',
    });
    expect(conv.attributes.get('strides')).toMatchObject({ kind: 'ints', value: [1, 1, 1, 1] });
    expect(conv.attributes.get('padding')).toMatchObject({ kind: 'string', value: new TextEncoder().encode('SAME') });
    expect(graph.nodes.get('split')!.attributes.get('num_split')).toMatchObject({ kind: 'int', value: 2 });
    expect(graph.nodes.get('filter')!.attributes.get('value')).toMatchObject({ kind: 'tensor', dtype: 'float32', shape: [3, 3, 1, 8] });
    const custom = graph.nodes.get('custom')!.attributes;
    expect(custom.get('types')).toMatchObject({ kind: 'types', value: ['float32', 'int8'] });
    expect(custom.get('alpha')).toMatchObject({ kind: 'float', value: 0.25 });
    expect(custom.get('beta')).toMatchObject({ kind: 'float', value: 1 });
    expect(custom.get('name')).toMatchObject({ kind: 'string' });
    expect(custom.get('ratios')).toMatchObject({ kind: 'floats', value: [0.5, 1] });
  });
});
