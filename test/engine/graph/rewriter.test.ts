import { describe, expect, it } from 'vitest';
import type { Graph, Node } from '../../../src/engine/graph/graph';
import { Rewriter } from '../../../src/engine/graph/rewriter';

const RULE = { name: 'test-rule', description: 'A rule of this test.' };

function node(id: string, inputs: readonly string[] = [], controlInputs: readonly string[] = []): Node {
  return { id, name: id, op: 'Identity', inputs: inputs.map((producer) => ({ node: producer, output: 0 })), controlInputs, attributes: new Map() };
}

function graph(nodes: readonly Node[], outputs: readonly string[]): Graph {
  return {
    nodes: new Map(nodes.map((each) => [each.id, each])),
    inputs: [],
    outputs: outputs.map((id) => ({ name: id, value: { node: id, output: 0 }, dtype: undefined })),
  };
}

describe('Rewriter', () => {
  it('leaves the graph it started from alone and shares untouched nodes', () => {
    const original = graph([node('a'), node('b', ['a']), node('c', ['b'])], ['c']);
    const rewriter = new Rewriter(original, 'optimize');
    rewriter.apply(RULE, 'because', () => rewriter.setInput('c', 0, { node: 'a', output: 0 }));
    expect(original.nodes.get('c')!.inputs[0]!.node).toBe('b');
    const result = rewriter.finish();
    expect(result.nodes.get('c')!.inputs[0]!.node).toBe('a');
    expect(result.nodes.get('b')).toBe(original.nodes.get('b'));
  });

  it('records what a rule removed, changed and added as one change', () => {
    const rewriter = new Rewriter(graph([node('a'), node('b', ['a']), node('c', ['b'])], ['c']), 'bf16');
    rewriter.apply(RULE, 'because', () => {
      const added = rewriter.add(node('d', ['a']));
      rewriter.redirect(rewriter.uses('b'), added);
      rewriter.remove('b');
    });
    expect(rewriter.changes).toEqual([{ phase: 'bf16', rule: 'test-rule', reason: 'because', before: ['c', 'b'], after: ['d', 'c'] }]);
  });

  it('does not mention a node that was added and removed by the same rule', () => {
    const rewriter = new Rewriter(graph([node('a')], ['a']), 'bf16');
    rewriter.apply(RULE, 'because', () => {
      rewriter.add(node('b', ['a']));
      rewriter.remove('b');
    });
    expect(rewriter.changes).toEqual([]);
  });

  it('refuses to remove what is read or fetched, and to change anything outside a rule', () => {
    const rewriter = new Rewriter(graph([node('a'), node('b', ['a'])], ['b']), 'bf16');
    expect(() => rewriter.apply(RULE, '', () => rewriter.remove('a'))).toThrow('still read');
    expect(() => rewriter.apply(RULE, '', () => rewriter.remove('b'))).toThrow('still read');
    expect(() => rewriter.add(node('c'))).toThrow('inside apply');
  });

  it('hands the order a removed node kept on to those that waited for it', () => {
    const rewriter = new Rewriter(graph([node('a'), node('first'), node('b', ['a'], ['first']), node('c', ['a'], ['b'])], ['c']), 'bf16');
    rewriter.apply(RULE, '', () => rewriter.remove('b'));
    expect(rewriter.node('c').controlInputs).toEqual(['first', 'a']);
  });

  it('finds every use of an output, twice where one node reads it twice', () => {
    const rewriter = new Rewriter(graph([node('a'), node('b', ['a', 'a']), node('c', ['a'])], ['b', 'c']), 'bf16');
    expect(rewriter.uses('a', 0)).toEqual([{ node: 'b', input: 0 }, { node: 'b', input: 1 }, { node: 'c', input: 0 }]);
    expect(rewriter.uses('a', 1)).toEqual([]);
  });

  it('never gives the same name twice', () => {
    const rewriter = new Rewriter(graph([node('a'), node('a_1')], ['a']), 'bf16');
    expect([rewriter.uniqueName('a'), rewriter.uniqueName('a'), rewriter.uniqueName('b')]).toEqual(['a_2', 'a_3', 'b']);
  });

  it('moves the callers of the model to another value', () => {
    const rewriter = new Rewriter(graph([node('a'), node('b', ['a'])], ['b']), 'bf16');
    rewriter.apply(RULE, '', () => {
      rewriter.redirectOutput({ node: 'b', output: 0 }, { node: 'a', output: 0 });
      rewriter.remove('b');
    });
    expect(rewriter.finish().outputs).toEqual([{ name: 'b', value: { node: 'a', output: 0 }, dtype: undefined }]);
  });
});
