import { PauseSwitch } from '@ashlar/recipe';

/** Work that can be held, continued and ended. */
export class Job {
  readonly pause = new PauseSwitch();
  private readonly controller = new AbortController();
  readonly signal = this.controller.signal;

  stop(): void {
    this.controller.abort();
  }
}
