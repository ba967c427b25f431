import type { Attribute } from './attribute';

/** A text that two attributes share only where they say the same; undefined for those that nothing can be said of: tensors, functions, what is kept unread. */
export function attributeKey(attribute: Attribute): string | undefined {
  const { kind } = attribute;
  if (kind === 'opaque' || kind === 'tensor' || kind === 'function') return undefined;
  const isList = kind === 'operands' && attribute.isList;
  return `${kind}${isList ? '[]' : ''} ${JSON.stringify(attribute.value, exact) ?? ''}`;
}

/** The same of all attributes of a node, in any order. */
export function attributesKey(attributes: ReadonlyMap<string, Attribute>): string | undefined {
  const keys = [...attributes].map(([name, attribute]) => [name, attributeKey(attribute)] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  return keys.some(([, key]) => key === undefined) ? undefined : JSON.stringify(keys);
}

/** Numbers that JSON has no text for, and those it writes as it does others. */
function exact(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return { integer: value.toString() };
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) return { number: Object.is(value, -0) ? '-0' : String(value) };
  return value;
}
