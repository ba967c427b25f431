import type { ConfigSource, Outcome } from '../engine/conversion';
import { CancelledError } from '../engine/errors';
import { newestOnly } from './newestOnly';

/** What the phases would make of the model under the config in force. */
export class Prediction {
  private readonly ask: (config: ConfigSource | undefined) => void;

  /** Undefined until the engine has answered. */
  outcome: Outcome | undefined;

  constructor(preview: (config: ConfigSource) => Promise<Outcome | undefined>, changed: () => void, failed: (error: unknown) => void) {
    const show = (outcome: Outcome | undefined) => {
      this.outcome = outcome;
      changed();
    };
    this.ask = newestOnly(preview, show, (error, config) => {
      // Phases were cancelled, and it was on its way.
      if (error instanceof CancelledError) this.ask(config);
      else failed(error);
    });
  }

  /** Another config is in force. The engine answers before it runs phases it is told to run later. */
  update(config: ConfigSource): void {
    this.outcome = undefined;
    this.ask(config);
  }

  /** The same config, for which more ranges are known by now. */
  refine(config: ConfigSource): void {
    if (this.outcome?.assumesRanges === true) this.ask(config);
  }

  forget(): void {
    this.outcome = undefined;
    this.ask(undefined);
  }
}
