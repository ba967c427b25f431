import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { OnnxModel } from '../../../../src/engine/formats/onnx/read';
import { inferShapes } from '../../../../src/engine/formats/onnx/shapes/inferShapes';
import type { Graph } from '../../../../src/engine/graph/graph';
import { buildOnnx, type OnnxNodeSpec, readBytes } from '../../../support/onnxBuilder';

/** The graph without what the file states of values that are no inputs. */
function unstated(graph: Graph): Graph {
  const model = graph.source as OnnxModel;
  return { ...graph, source: { ...model, stated: new Map([...model.stated].filter(([name]) => model.inputs.includes(name))) } };
}

describe('inferred shapes', () => {
  it('are those that onnx inferred for the digits model', async () => {
    const graph = await readBytes(readFileSync('media/samples/digits.onnx'));
    const { stated, values } = graph.source as OnnxModel;
    const shapes = inferShapes(unstated(graph));
    expect(stated.size).toBeGreaterThan(25);
    for (const [name, { shape }] of stated) expect([name, shapes.get(`${values.get(name)!.node}:${values.get(name)!.output}`)]).toEqual([name, shape]);
  });

  const single: [string, OnnxNodeSpec, readonly (number | string)[], readonly number[]][] = [
    ['Conv with dilation and stride', { op: 'Conv', inputs: ['x', 'w'], outputs: ['y'], attributes: { strides: [2, 1], dilations: [2, 1], pads: [1, 0, 1, 0] } }, ['N', 2, 9, 9], [-1, 4, 4, 7]],
    ['ConvTranspose', { op: 'ConvTranspose', inputs: ['x', 'w'], outputs: ['y'], attributes: { strides: [2, 2], output_padding: [1, 0] } }, [1, 4, 5, 5], [1, 2, 12, 11]],
    ['AveragePool rounding up', { op: 'AveragePool', inputs: ['x'], outputs: ['y'], attributes: { kernel_shape: [3, 3], strides: [3, 3], ceil_mode: 1 } }, [1, 2, 7, 6], [1, 2, 3, 2]],
    ['Flatten', { op: 'Flatten', inputs: ['x'], outputs: ['y'], attributes: { axis: -1 } }, [2, 3, 4], [6, 4]],
    ['Transpose', { op: 'Transpose', inputs: ['x'], outputs: ['y'] }, [2, 'N', 4], [4, -1, 2]],
    ['ReduceMean of all', { op: 'ReduceMean', inputs: ['x'], outputs: ['y'], attributes: { keepdims: 0 } }, [2, 3], []],
    ['ReduceMean of axes', { op: 'ReduceMean', inputs: ['x'], outputs: ['y'], attributes: { axes: [-1] } }, [2, 3, 4], [2, 3, 1]],
    ['MatMul with a vector', { op: 'MatMul', inputs: ['x', 'v'], outputs: ['y'] }, [5, 6, 3], [5, 6]],
    ['Slice from behind', { op: 'Slice', inputs: ['x', 'starts', 'ends', 'axes'], outputs: ['y'] }, [10, 4], [10, 2]],
    ['DepthToSpace', { op: 'DepthToSpace', inputs: ['x'], outputs: ['y'], attributes: { blocksize: 2 } }, [1, 8, 3, 'W'], [1, 2, 6, -1]],
  ];

  it.each(single)('of %s', async (_, node, input, expected) => {
    const graph = await readBytes(buildOnnx({
      inputs: { x: ['float32', input] }, outputs: { y: ['float32', []] }, nodes: [node],
      initializers: {
        w: { shape: [4, 2, 3, 3], float: Array.from({ length: 72 }, () => 1) }, v: { shape: [3], float: [1, 2, 3] },
        starts: { shape: [1], int: [-2] }, ends: { shape: [1], int: [1000] }, axes: { shape: [1], int: [1] },
      },
    }));
    expect(inferShapes(unstated(graph)).get('y:0')).toEqual(expected);
  });

  it('follow shapes that are computed from shapes', async () => {
    const graph = await readBytes(buildOnnx({
      inputs: { x: ['float32', ['N', 197, 192]] }, outputs: { y: ['float32', []] },
      initializers: { zero: { shape: [], int: [0] }, axes: { shape: [1], int: [0] }, rest: { shape: [3], int: [197, 3, -1] } },
      nodes: [
        { op: 'Shape', inputs: ['x'], outputs: ['shape'] }, { op: 'Gather', inputs: ['shape', 'zero'], outputs: ['batch'] },
        { op: 'Unsqueeze', inputs: ['batch', 'axes'], outputs: ['first'] }, { op: 'Concat', inputs: ['first', 'rest'], outputs: ['wanted'], attributes: { axis: 0 } },
        { op: 'Reshape', inputs: ['x', 'wanted'], outputs: ['y'] },
      ],
    }));
    expect(inferShapes(unstated(graph)).get('y:0')).toEqual([-1, 197, 3, -1]);
  });
});
