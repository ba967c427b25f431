import { expect, it } from 'vitest';
import { UniqueNames } from '../../../src/engine/graph/uniqueNames';

it('gives names once, also where one looks like another with a number', () => {
  const names = new UniqueNames();
  expect(['a', 'a_1', 'a', 'a', 'a_1', 'b'].map((name) => names.of(name))).toEqual(['a', 'a_1', 'a_2', 'a_3', 'a_1_1', 'b']);
});
