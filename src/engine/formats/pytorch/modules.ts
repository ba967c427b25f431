/** A module of the exported program, as the innermost entry of a node's nn_module_stack tells of it. */
export interface Module {
  /** `features.0`; empty for the model itself. */
  readonly path: string;
  /** `torch.nn.modules.conv.Conv2d`. */
  readonly type: string;
  /** Which call of the module it is: 0 for the first. */
  readonly call: number;
}

/** Stands in for the module of nodes that torch added itself (torch/export/_trace.py). */
const NO_MODULE = '_empty_nn_module_stack_from_metadata_hook';

/**
 * The module a node was traced in, by its nn_module_stack: `key,path,type` from the outermost to the innermost, separated
 * by `;`, where a key ends in `@n` from the second call of the module on (torch/_export/serde/serialize.py).
 */
export function innermostModule(stack: string): Module | undefined {
  const [key, path, ...type] = splitOutsideBrackets(stack.slice(lastOutsideBrackets(stack) + 1));
  if (key === undefined || path === undefined || type.length === 0 || key === NO_MODULE) return undefined;
  const call = /@(\d+)$/.exec(key);
  return { path, type: type.join(','), call: call === null ? 0 : Number(call[1]) };
}

/** The parts of a module's path. */
export function pathParts(path: string): string[] {
  return path === '' ? [] : path.split('.');
}

function lastOutsideBrackets(stack: string): number {
  let depth = 0;
  for (let at = stack.length - 1; at >= 0; at--) {
    const character = stack[at]!;
    if (character === ')') depth++;
    else if (character === '(') depth--;
    else if (character === ';' && depth === 0) return at;
  }
  return -1;
}

function splitOutsideBrackets(entry: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < entry.length; at++) {
    const character = entry[at]!;
    if (character === '(') depth++;
    else if (character === ')') depth--;
    else if (character === ',' && depth === 0) {
      parts.push(entry.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, entry.slice(start)];
}
