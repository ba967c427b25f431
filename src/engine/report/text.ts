import type { Attribute, Operand, PartialShape } from '../graph/attribute';
import { bytesPerElement, type DataType } from '../graph/dataType';
import { elementCount } from '../graph/tensor';

const LONGEST_LIST = 12;
const LONGEST_TEXT = 80;

/** `3×3×16×32`; an unknown first size, mostly the batch, as `N`, others as `?`; `scalar`; `?` for unknown rank. */
export function shapeText(shape: PartialShape): string {
  if (shape === undefined) return '?';
  return shape.length === 0 ? 'scalar' : shape.map((size, axis) => (size >= 0 ? size : axis === 0 ? 'N' : '?')).join('×');
}

/** `3×3×16×32, float32, 18.4 kB`. */
export function constantText(shape: readonly number[], dtype: DataType): string {
  const bytes = bytesPerElement(dtype);
  const size = bytes === undefined ? [] : [sizeText(bytes * elementCount(shape))];
  return [shapeText(shape), dtype, ...size].join(', ');
}

/** Bytes in decimal units, three digits at most after rounding: `4 B`, `18.4 kB`, `102 MB`. */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}

/** Four significant digits: `-1.234`, `0.0005`, `1.2e+10`. */
export function numberText(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** One line for an attribute's value; long texts and lists are cut and say how long they are. */
export function attributeText(attribute: Attribute): string {
  switch (attribute.kind) {
    case 'string': return stringText(attribute.value);
    case 'shape': return shapeText(attribute.value);
    case 'float': return numberText(attribute.value);
    case 'tensor': return constantText(attribute.shape, attribute.dtype);
    case 'strings': return listText(attribute.value, stringText);
    case 'shapes': return listText(attribute.value, shapeText);
    case 'floats': return listText(attribute.value, numberText);
    case 'ints':
    case 'bools':
    case 'types': return listText<unknown>(attribute.value, String);
    case 'operands': return attribute.isList ? listText(attribute.value, operandText) : attribute.value.map(operandText).join();
    case 'opaque': return '…';
    default: return String(attribute.value);
  }
}

function listText<T>(items: readonly T[], text: (item: T) => string): string {
  const shown = items.slice(0, LONGEST_LIST).map(text).join(', ');
  return items.length > LONGEST_LIST ? `[${shown}, … ${items.length} in all]` : `[${shown}]`;
}

function operandText(operand: Operand): string {
  if (operand === null) return 'None';
  return typeof operand === 'object' ? `input ${operand.input}` : String(operand);
}

function stringText(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, 4 * LONGEST_TEXT + 4), { stream: true });
    if (!/\p{Cc}/u.test(text)) return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}… (${sizeText(bytes.length)})` : text;
  } catch {
    // Not text: shown by its size.
  }
  return `${sizeText(bytes.length)} of data`;
}
