import type { EntryResult } from './corpusRun';

/** Counts, and each exception with its cause, as Markdown. */
export function summary(results: readonly EntryResult[]): string {
  const different = results.filter(({ roundTripDifference }) => roundTripDifference !== undefined);
  const conversions = results.flatMap(({ name, conversion }) => (conversion === undefined ? [] : [{ name, ...conversion }]));
  const verdicts = countBy(conversions, ({ verdict }) => verdict);
  const possible = sum(conversions.map((conversion) => conversion.possible));
  const gone = sum(conversions.map((conversion) => conversion.gone));
  const missing = conversions.flatMap((conversion) => conversion.missing);
  const exceptions = conversions.filter(({ verdict }) => verdict !== 'same');
  return [
    '# Corpus',
    '',
    `Read and written unchanged: ${results.length} files, ${results.length - different.length} equal messages.`,
    ...different.map(({ name, roundTripDifference }) => `- ${name}: ${roundTripDifference}`),
    '',
    `Converted to BF16 wherever allowed: ${conversions.length} models.`,
    '',
    '| verdict | models |', '|---|---|',
    ...verdicts.map(([verdict, count]) => `| ${verdict} | ${count} |`),
    '',
    `Type attributes with a BF16 kernel: ${possible}; BF16 after conversion: ${possible - missing.length - gone}; ` +
      `of nodes no longer in the graph: ${gone}; left in float32: ${missing.length}.`,
    '',
    '| reason given | left | ops |', '|---|---|---|',
    ...countBy(missing, ({ reason }) => generalise(reason)).map(([reason, count]) => {
      const ops = countBy(missing.filter((item) => generalise(item.reason) === reason), ({ op }) => op);
      return `| ${reason} | ${count} | ${ops.slice(0, 12).map(([op, n]) => `${op} ${n}`).join(', ')}${ops.length > 12 ? ', …' : ''} |`;
    }),
    '',
    '## Models whose outputs are not within tolerance',
    '',
    ...exceptions.map(({ name, verdict, message }) => `- ${name}: ${verdict}${message === undefined ? '' : ` (${message.replace(/\s+/g, ' ').slice(0, 300)})`}`),
    '',
  ].join('\n');
}

/** Reasons that differ only in a quoted name are one. */
function generalise(reason: string): string {
  return reason.replace(/"[^"]*"/g, '"…"').replace(/`[^`]*`/g, '`…`');
}

function countBy<T>(items: readonly T[], key: (item: T) => string): [string, number][] {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
