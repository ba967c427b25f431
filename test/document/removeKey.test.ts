import { parse } from 'jsonc-parser';
import { expect, it } from 'vitest';
import { removeKey } from '../../src/document/removeKey';

it.each([
  ['the first', '{\n  "a": 1,\n  // of b\n  "b": 2\n}\n', ['a'], '{\n  // of b\n  "b": 2\n}\n'],
  ['the last', '{\n  "a": 1, // of a\n  "b": 2\n}\n', ['b'], '{\n  "a": 1 // of a\n}\n'],
  ['the only', '{\n  "a": 1\n}\n', ['a'], '{\n}\n'],
  ['one in the middle, with a note behind it', '{\n  "a": 1,\n  "b": 2, // note\n  "c": 3\n}', ['b'], '{\n  "a": 1,\n  // note\n  "c": 3\n}'],
  ['one before a trailing comma', '{\n  "a": 1,\n  "b": 2,\n}', ['b'], '{\n  "a": 1,\n}'],
  ['one of several lines', '{\n  "a": {\n    "x": 1\n  },\n  "b": 2\n}', ['a'], '{\n  "b": 2\n}'],
  ['a nested one', '{ "a": { "x": 1, "y": 2 } }', ['a', 'x'], '{ "a": { "y": 2 } }'],
  ['the last of one line', '{ "a": 1, "b": 2 }', ['b'], '{ "a": 1 }'],
  ['a list item', '{ "a": ["x", "y", "z"] }', ['a', 1], '{ "a": ["x", "z"] }'],
  ['lines that end as Windows ends them', '{\r\n  "a": 1,\r\n  "b": 2\r\n}\r\n', ['a'], '{\r\n  "b": 2\r\n}\r\n'],
  ['a comma on a line of its own', '{\n  "a": 1\n  ,\n  "b": 2\n}', ['a'], '{\n  \n  "b": 2\n}'],
  ['nothing', '{ "a": 1 }', ['b'], '{ "a": 1 }'],
] as const)('removes %s', (_, text, path, expected) => {
  const after = removeKey(text, [...path]);
  expect(after).toBe(expected);
  expect(() => parse(after) as unknown).not.toThrow();
});

it('leaves what every other key says, wherever the key stood', () => {
  const whole = { a: 1, 'b.c': { d: [1, [2], { e: null }], f: {} }, g: [], h: 'x, "y"' };
  const paths = [['a'], ['b.c'], ['b.c', 'd'], ['b.c', 'd', 0], ['b.c', 'd', 2], ['b.c', 'd', 2, 'e'], ['b.c', 'f'], ['g'], ['h']];
  for (const indentation of [0, 2, '\t']) {
    for (const path of paths) {
      const expected = structuredClone(whole) as Record<string | number, unknown>;
      const parent = path.slice(0, -1).reduce((part, key) => part[key] as Record<string | number, unknown>, expected);
      if (Array.isArray(parent)) parent.splice(path.at(-1) as number, 1);
      else delete parent[path.at(-1)!];
      expect(JSON.parse(removeKey(JSON.stringify(whole, undefined, indentation), path))).toEqual(expected);
    }
  }
});
