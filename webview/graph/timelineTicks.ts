import type { PhaseName } from '../protocol';
import { clearCanvas } from './canvas/overview';
import { changeAt, countUpTo, type ChangeNumbers } from './changeNumbers';
import type { Theme } from './theme';

/** A tick: a change, or where there are more changes than room, several in a row. */
export interface Tick {
  /** Of its last change. */
  readonly number: number;
  /** Of its first change. */
  readonly phase: PhaseName | undefined;
  /** 0 to 1: how many ops it touched, on a logarithmic scale. */
  readonly height: number;
  /** It has a change of those wanted. */
  readonly matches: boolean;
}

/** Pixels from tick to tick, at least. */
const PITCH = 3;
const MOST_THICK = 2;
const LEAST_HEIGHT = 0.3;
/** As many ops or more give the full height. */
const MANY = 8;

/** Lays the changes along so many pixels. Linear. */
export function layTicks(numbers: ChangeNumbers, width: number, only: Int32Array | undefined): Tick[] {
  const count = Math.min(numbers.total, Math.max(1, Math.floor(width / PITCH)));
  const touched = Array.from({ length: count }, (_, tick) => touchedBetween(numbers, lastOf(numbers, count, tick - 1), lastOf(numbers, count, tick)));
  const most = Math.log2(1 + touched.reduce((a, b) => Math.max(a, b), MANY));
  return touched.map((nodes, tick) => {
    const before = lastOf(numbers, count, tick - 1);
    const number = lastOf(numbers, count, tick);
    const matches = only === undefined || countUpTo(only, number) > countUpTo(only, before);
    return { number, phase: changeAt(numbers, before + 1)!.snapshot.phase, height: LEAST_HEIGHT + (1 - LEAST_HEIGHT) * (Math.log2(1 + nodes) / most), matches };
  });
}

const lastOf = ({ total }: ChangeNumbers, count: number, tick: number): number => Math.floor(((tick + 1) * total) / count);

/** Entries of the changes' lists of nodes. */
function touchedBetween({ snapshots, start }: ChangeNumbers, before: number, last: number): number {
  return snapshots.reduce((sum, { changes }, snapshot) => {
    const within = (number: number): number => Math.min(changes.count, Math.max(0, number - start[snapshot]!));
    return sum + changes.nodes.start[within(last)]! - changes.nodes.start[within(before)]!;
  }, 0);
}

/** Draws ticks over the whole of a canvas; those after `current` are faded, those not wanted more so. */
export function drawTicks(canvas: HTMLCanvasElement, ticks: readonly Tick[], total: number, current: number, theme: Theme): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const context = clearCanvas(canvas, width, height);
  const colours: Readonly<Record<PhaseName, string>> = { quantize: theme.precision.int8, bf16: theme.precision.bf16, optimize: theme.cast };
  const pitch = width / ticks.length;
  const thickness = Math.max(1, Math.min(MOST_THICK, Math.round(pitch) - 1));
  const floor = height - 3;
  context.fillStyle = theme.dim;
  context.globalAlpha = 0.5;
  context.fillRect(0, floor, width, 1);
  ticks.forEach(({ number, phase, height: share, matches }, tick) => {
    const tall = Math.round(share * (floor - 6));
    context.globalAlpha = matches ? (number <= current ? 1 : 0.4) : 0.15;
    context.fillStyle = phase === undefined ? theme.dim : colours[phase];
    context.fillRect(Math.round((tick + 0.5) * pitch - thickness / 2), floor - tall, thickness, tall);
  });
  context.globalAlpha = 1;
  context.fillStyle = theme.foreground;
  // Where the present is: right of what is done.
  const at = Math.min(width - 2, Math.round((width * current) / total));
  context.fillRect(at, 2, 2, height - 2);
  context.beginPath();
  context.arc(at + 1, 3, 3, 0, 2 * Math.PI);
  context.fill();
}
