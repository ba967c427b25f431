import { getNodeValue, type Node } from 'jsonc-parser';
import { members, parseJson } from './json';
import type { Path } from './problem';

/** A part of a file's text, in UTF-16 units. */
export interface Place {
  readonly offset: number;
  readonly length: number;
}

/** Where the parts of a config file stand in its text. */
export interface Places {
  /** The key at the end of a path (the item itself in a list); the start of the file for one that is not there. */
  key(path: Path): Place;
  /** The value at a path. */
  value(path: Path): Place;
  /** The value itself, as the file has it; undefined where there is none. */
  read(path: Path): unknown;
}

const START: Place = { offset: 0, length: 0 };

/** Parses the text once; a key given more than once is the last one, which is the one that counts. */
export function readPlaces(text: string): Places {
  const { root } = parseJson(text);
  const find = (path: Path): { readonly key: Node; readonly value: Node } | undefined => {
    let found = root && { key: root, value: root };
    for (const part of path) found = found && child(found.value, part);
    return found;
  };
  return {
    key: (path) => placeOf(find(path)?.key),
    value: (path) => placeOf(find(path)?.value),
    read: (path) => {
      const value = find(path)?.value;
      return value && (getNodeValue(value) as unknown);
    },
  };
}

function child(parent: Node, part: string | number): { readonly key: Node; readonly value: Node } | undefined {
  if (typeof part === 'number') {
    const item = parent.type === 'array' ? parent.children?.[part] : undefined;
    return item && { key: item, value: item };
  }
  const found = [...members(parent)].findLast(([key]) => key === part);
  return found && { key: found[1], value: found[2] };
}

function placeOf(node: Node | undefined): Place {
  return node === undefined ? START : { offset: node.offset, length: node.length };
}
