import table from './pytorch-ops.json';

export interface OpArgument {
  readonly name: string;
  readonly hasDefault: boolean;
  /** The op changes the tensor in place. */
  readonly isWritten: boolean;
  /** An output may be a view of it. */
  readonly isShared: boolean;
  readonly isKeywordOnly: boolean;
}

const SCHEMAS: ReadonlyMap<string, string> = new Map(Object.entries(table.ops));
const BFLOAT16: ReadonlySet<string> = new Set(table.bfloat16);
const parsed = new Map<string, readonly OpArgument[]>();

/** Arguments of an ATen op (`aten.add.Tensor`; scripts/generate-pytorch-ops.py writes the table), or undefined for one that is not known. */
export function opArguments(op: string): readonly OpArgument[] | undefined {
  const schema = op.startsWith('aten.') ? SCHEMAS.get(op.slice('aten.'.length)) : undefined;
  if (schema === undefined) return undefined;
  const known = parsed.get(op) ?? parse(schema);
  parsed.set(op, known);
  return known;
}

function parse(schema: string): readonly OpArgument[] {
  const texts = schema.split(' ').filter((text) => text !== '');
  const keywords = texts.indexOf('*');
  return texts.filter((text) => text !== '*').map((text, index) => ({
    name: text.replace(/[?!&]+$/, ''),
    hasDefault: text.includes('?'),
    isWritten: text.endsWith('!'),
    isShared: text.endsWith('&'),
    isKeywordOnly: keywords >= 0 && index >= keywords,
  }));
}

/** `conv2d` of `aten.conv2d.padding`: the name of an ATen op without overload. */
export function baseName(op: string): string | undefined {
  const [space, name] = op.split('.');
  return space === 'aten' ? name : undefined;
}

/** Whether PyTorch's CPU build computes the op in BF16. */
export function runsInBfloat16(op: string): boolean {
  const name = baseName(op);
  return name !== undefined && BFLOAT16.has(name);
}

/** What torch.autocast does on the CPU, by op without `aten.`; everything else runs in the type of what it reads. */
export const AUTOCAST: Readonly<Record<'lowerPrecision' | 'promote' | 'fp32', readonly string[]>> = table.autocast;
