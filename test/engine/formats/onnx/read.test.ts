import { describe, expect, it } from 'vitest';
import { sourceOf } from '../../../../src/engine/formats/onnx/node';
import { onnxDialect } from '../../../../src/engine/formats/onnx/dialect';
import { buildOnnx, type OnnxGraphSpec, readBytes } from '../../../support/onnxBuilder';

const vector = ['float32', [3]] as const;
const io = { inputs: { x: vector }, outputs: { y: vector } };

describe('names of nodes', () => {
  it('are their own, else those of their first outputs', async () => {
    const graph = await readBytes(buildOnnx({
      ...io,
      nodes: [
        { op: 'Neg', name: 'first', inputs: ['x'], outputs: ['a'] },
        { op: 'Neg', name: 'twice', inputs: ['a'], outputs: ['b'] },
        { op: 'Neg', name: 'twice', inputs: ['b'], outputs: ['c'] },
        { op: 'Neg', inputs: ['c'], outputs: ['d'] },
        { op: 'Neg', name: 'x', inputs: ['d'], outputs: ['y'] },
      ],
    }));
    expect([...graph.nodes.keys()]).toEqual(['x', 'first', 'b', 'c', 'd', 'x_1']);
  });

  it('leave scopes without empty parts', () => {
    expect(onnxDialect.scopeOf({ id: '', name: '/encoder//layer.0/MatMul', op: 'MatMul', inputs: [], controlInputs: [], attributes: new Map() })).toEqual(['encoder', 'layer.0']);
  });
});

describe('types', () => {
  it('follow from the type variables of ops and from attributes', async () => {
    const graph = await readBytes(buildOnnx({
      inputs: { x: ['float16', [3]], i: ['int64', [3]] },
      outputs: { y: ['float32', [3]] },
      nodes: [
        { op: 'Add', inputs: ['x', 'x'], outputs: ['sum'] },
        { op: 'Equal', inputs: ['i', 'i'], outputs: ['same'] },
        { op: 'Where', inputs: ['same', 'sum', 'x'], outputs: ['chosen'] },
        { op: 'Shape', inputs: ['x'], outputs: ['shape'] },
        { op: 'Cast', inputs: ['chosen'], outputs: ['y'], attributes: { to: 1 } },
      ],
    }));
    const types = Object.fromEntries([...graph.nodes.values()].map((node) => [node.id, onnxDialect.outputTypes(node)]));
    expect(types).toMatchObject({ sum: ['float16'], same: ['bool'], chosen: ['float16'], shape: ['int64'], y: ['float32'] });
  });

  it('of ops that are not known are those the file states', async () => {
    const graph = await readBytes(buildOnnx({
      ...io, values: { a: ['float32', [3]] },
      nodes: [
        { op: 'Own', domain: 'com.example', inputs: ['x'], outputs: ['a'] },
        { op: 'Own', domain: 'com.example', inputs: ['a'], outputs: ['b'] },
        { op: 'Add', inputs: ['a', 'b'], outputs: ['y'] },
      ],
    }, { domains: { 'com.example': 1 } }));
    expect(onnxDialect.outputTypes(graph.nodes.get('a')!)).toEqual(['float32']);
    expect(onnxDialect.outputTypes(graph.nodes.get('b')!)).toEqual([undefined]);
    expect(sourceOf(graph.nodes.get('y')!).inputTypes).toEqual(['float32', 'float32']);
  });
});

describe('optional inputs', () => {
  it('that are left out keep their place', async () => {
    const graph = await readBytes(buildOnnx({
      ...io, initializers: { top: { shape: [], float: [6] } },
      nodes: [{ op: 'Clip', inputs: ['x', '', 'top'], outputs: ['y'] }],
    }));
    const clip = graph.nodes.get('y')!;
    expect(clip.inputs.map((value) => value.node)).toEqual(['x', 'top']);
    expect(sourceOf(clip).slots).toEqual([0, 2]);
  });
});

describe('graphs inside nodes', () => {
  it('of which nothing is known but what they read read values of the graph around them as inputs of their node, unless they have one of that name', async () => {
    const branch = (inner: string): { graph: OnnxGraphSpec } => ({
      graph: { nodes: [{ op: 'Neg', inputs: ['outer'], outputs: ['hidden'] }, { op: 'Add', inputs: ['hidden', inner], outputs: ['result'] }], outputs: { result: vector } },
    });
    const graph = await readBytes(buildOnnx({
      inputs: { x: vector, condition: ['bool', []] }, outputs: { y: vector },
      nodes: [
        { op: 'Abs', inputs: ['x'], outputs: ['outer'] },
        { op: 'Choose', domain: 'own', inputs: ['condition'], outputs: ['y'], attributes: { then_branch: branch('outer'), else_branch: branch('x') } },
      ],
    }));
    const node = graph.nodes.get('y')!;
    expect(node.inputs.map((value) => value.node)).toEqual(['condition', 'outer', 'x']);
    expect(onnxDialect.typeGroups(node)).toEqual([]);
  });
});

describe('faulty models', () => {
  const failures: [string, OnnxGraphSpec, string, string][] = [
    ['a value that does not exist', { ...io, nodes: [{ op: 'Neg', inputs: ['gone'], outputs: ['y'] }] }, 'its input "gone" is not in the graph', 'y'],
    ['a value made twice', { ...io, nodes: [{ op: 'Neg', inputs: ['x'], outputs: ['y'] }, { op: 'Abs', inputs: ['x'], outputs: ['y'] }] }, 'two nodes make the value "y"', 'y_1'],
    ['a cycle', { ...io, nodes: [{ op: 'Add', inputs: ['x', 'y'], outputs: ['a'] }, { op: 'Neg', inputs: ['a'], outputs: ['y'] }] }, 'the node depends on its own result', 'y'],
    [
      'a constant with too few bytes', { ...io, initializers: { w: { shape: [3], float: [1, 2] } }, nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }] },
      'the constant holds 8 bytes, but float32[3] needs 12', 'w',
    ],
  ];

  it.each(failures)('are refused: %s', async (_, spec, message, node) => {
    await expect(readBytes(buildOnnx(spec))).rejects.toMatchObject({ name: 'UserError', message, place: { file: 'model.onnx', node } });
  });

  it.each([
    ['version https://git-lfs.github.com/spec/v1\noid sha256:0', 'the file is a Git LFS pointer, not the model itself'],
    ['<!DOCTYPE html><html>', 'the file is an HTML or XML page, not a model'],
    ['ir_version: 8', 'the file is an ONNX model in text form'],
    ['something else', 'the file is not an ONNX model'],
  ])('are told apart: %j', async (text, message) => {
    await expect(readBytes(new TextEncoder().encode(text))).rejects.toMatchObject({ message });
  });

  it('are refused where they are cut off', async () => {
    const bytes = buildOnnx({ ...io, nodes: [{ op: 'Neg', inputs: ['x'], outputs: ['y'] }] });
    for (let length = 1; length < bytes.length; length += 3) {
      await expect(readBytes(bytes.slice(0, length))).rejects.toMatchObject({ name: 'UserError' });
    }
  });
});
