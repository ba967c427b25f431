type Value = string | number | undefined;

/** An element of SVG, as text; attributes without a value are left out. */
export function tag(name: string, attributes: Readonly<Record<string, Value>>, ...content: readonly string[]): string {
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
  const start = `<${name}${given.map(([key, value]) => ` ${key}="${typeof value === 'number' ? round(value) : escape(value!)}"`).join('')}`;
  return content.length === 0 ? `${start}/>` : `${start}>${content.join('')}</${name}>`;
}

/** Control characters, which XML cannot hold, are left out. */
export function escape(text: string): string {
  const allowed = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '');
  return allowed.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Hundredths of a pixel are enough. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Shown by browsers when the pointer rests on it; it may hold more than there is room for. */
export function tooltip(text: string): string {
  return tag('title', {}, escape(text));
}
