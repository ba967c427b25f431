import { UserError } from '../errors';
import type { Ranges, ValueRange } from './ranges';

const HINT = 'Write ranges as {"node:0": {"min": -1, "max": 1}}';

/**
 * Reads a recorded ranges file: JSON, one object keyed by value name (`node:output`, or `node` for output 0), each with
 * `min`, `max` and optionally `shape`. Throws UserError for anything else.
 */
export function readRanges(text: string): Ranges {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new UserError(`The ranges file is not JSON: ${(error as Error).message}`, { hint: HINT });
  }
  if (!isRecord(content)) throw new UserError('The ranges file is not a JSON object', { hint: HINT });
  return new Map(Object.entries(content).map(([name, range]) => [/:\d+$/.test(name) ? name : `${name}:0`, rangeFrom(name, range)]));
}

/** Recorded ranges as a file that `readRanges` reads: one line per value, every number exact. */
export function rangesText(ranges: Ranges): string {
  const lines = [...ranges].map(([key, { min, max, shape }]) => `  ${JSON.stringify(key)}: ${JSON.stringify({ min, max, ...(shape && { shape }) })}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}

function rangeFrom(name: string, content: unknown): ValueRange {
  const fail = (what: string): UserError => new UserError(`The range of "${name}" ${what}`, { hint: HINT });
  if (!isRecord(content)) throw fail('is not an object');
  const { min, max, shape } = content;
  if (!isFiniteNumber(min) || !isFiniteNumber(max)) throw fail('needs finite numbers "min" and "max"');
  if (min > max) throw fail(`has min ${min} above max ${max}`);
  if (shape !== undefined && !(Array.isArray(shape) && shape.every(Number.isInteger))) throw fail('has a "shape" that is no list of whole numbers');
  return { min, max, ...(shape === undefined ? {} : { shape: shape as number[] }) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
