import type { Report } from '../engine/conversion';
import type { PhaseName } from '../engine/snapshot';

const TITLES: Readonly<Record<PhaseName, string>> = { quantize: 'FP32 + INT8', bf16: '+ BF16', optimize: 'Optimized' };

/** The report as lines for a terminal. */
export function reportLines({ phases, casts, warnings, calibratedBy, peakMemoryMiB }: Report): string[] {
  const rows = phases.map(({ phase, precision, casts: remaining, seconds, changes }) =>
    [TITLES[phase], precision.fp32, precision.bf16, precision.int8, remaining, changes, `${seconds.toFixed(2)} s`].map(String));
  const table = [['', 'FP32', 'BF16', 'INT8', 'Casts', 'changes', 'time'], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return [
    ...table.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ')),
    `Casts: ${casts.inserted} inserted, ${casts.folded} folded, ${remainText(casts)}.  Peak memory: ${peakMemoryMiB} MiB`,
    ...(calibratedBy === undefined ? [] : [`ranges by ${calibratedBy}`]),
    ...warnings.map(({ node, message }) => `warning: ${node === undefined ? '' : `${node}: `}${message}`),
  ];
}

/** `31 remain (at least 28 are needed)`. */
function remainText({ remaining, lowerBound }: Report['casts']): string {
  const remain = `${remaining} ${remaining === 1 ? 'remains' : 'remain'}`;
  if (lowerBound === null || remaining === 0) return remain;
  return remaining === lowerBound ? `${remain}, the fewest possible` : `${remain} (at least ${lowerBound} ${lowerBound === 1 ? 'is' : 'are'} needed)`;
}
