import type { ConfigFix, Path } from './problem';

/** Takes a key or an item of a list out of the file. */
export function remove(path: Path, title = 'Remove'): ConfigFix {
  return { title, edits: [{ path, value: undefined }] };
}

export function setTo(path: Path, value: unknown, title = `Change to ${JSON.stringify(value)}`): ConfigFix {
  return { title, edits: [{ path, value }] };
}

/** Gives a key another name; it moves to the end of its object, where the last of several patterns wins. */
export function rename(path: Path, name: string, value: unknown, title = `Change to "${name}"`): ConfigFix {
  return moveTo(path, [...path.slice(0, -1), name], value, title);
}

export function moveTo(from: Path, to: Path, value: unknown, title: string): ConfigFix {
  return { title, edits: [{ path: from, value: undefined }, { path: to, value }] };
}

export const TURN_ON_BF16 = setTo(['use_bf16'], true, 'Turn on use_bf16');
