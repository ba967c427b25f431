/**
 * A text in double quotes that Python and YAML 1.1 read as that text: printable ASCII with the escapes both know, so that no
 * name can end the string, the line or the comment it stands in.
 */
export function quoted(text: string): string {
  return `"${printable(text.replace(/["\\]/g, '\\$&'))}"`;
}

/** A text as part of a comment line. */
export function printable(text: string): string {
  return [...text].map((character) => (/^[ -~]$/.test(character) ? character : escaped(character.codePointAt(0)!))).join('');
}

function escaped(code: number): string {
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** A list of texts, as Python and YAML have it. */
export function list(texts: readonly string[]): string {
  return `[${texts.map(quoted).join(', ')}]`;
}

/** A number with a decimal point, by which Python and YAML 1.1 tell it from an integer or a text, even before an exponent. */
export function floatText(value: number): string {
  const [mantissa, exponent] = String(value).split('e') as [string, string?];
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}${exponent === undefined ? '' : `e${exponent}`}`;
}
