import type { Core } from 'cytoscape';
import type { Point } from './nearView';

const DURATION = 150;

/** Where elements come from, by id. */
export type Moves = ReadonlyMap<string, { readonly from: Point; readonly to: Point }>;

/** Lets elements glide to where they now stand; `done` is called at the end, or at once when it is cut short. */
export class Motion {
  private finishNow: (() => void) | undefined;

  constructor(private readonly cy: Core) {}

  run(moves: Moves, done: () => void): void {
    this.finish();
    const start = performance.now();
    let frame = 0;
    const place = (share: number): void =>
      this.cy.batch(() => {
        for (const [id, { from, to }] of moves) this.cy.getElementById(id).position({ x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share });
      });
    const step = (now: number): void => {
      const time = Math.min(1, (now - start) / DURATION);
      if (time === 1) {
        this.finish();
        return;
      }
      place(1 - (1 - time) ** 3);
      frame = requestAnimationFrame(step);
    };
    this.finishNow = () => {
      cancelAnimationFrame(frame);
      place(1);
      done();
    };
    place(0);
    frame = requestAnimationFrame(step);
  }

  get running(): boolean {
    return this.finishNow !== undefined;
  }

  /** Whoever moves the view does not want to wait. */
  finish(): void {
    const finish = this.finishNow;
    this.finishNow = undefined;
    finish?.();
  }
}

/** The user, or VS Code, asked for no motion. */
export function isMotionReduced(): boolean {
  return document.body.classList.contains('vscode-reduce-motion') || window.matchMedia('(prefers-reduced-motion: reduce)').matches;
}
