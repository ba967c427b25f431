import type { Host, Persisted } from './host';

/** Before where one is is kept, after it last changed, in milliseconds. */
const PAUSE = 200;

/** Keeps where one is for when the tab is shown again. `state`: undefined while there is nothing to come back to. */
export class Memory {
  private waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly host: Host,
    private readonly state: () => Persisted | undefined,
  ) {}

  /** What was kept of a model, if anything. */
  of(model: string): Persisted | undefined {
    const kept = this.host.restore();
    // Earlier versions knew no groups.
    return kept?.model === model && kept.expanded !== undefined ? kept : undefined;
  }

  changed(): void {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      const state = this.state();
      if (state) this.host.persist(state);
    }, PAUSE);
  }
}
