/** A switch that holds training between two steps. */
export class PauseSwitch {
  private resume: (() => void) | undefined;
  private running = Promise.resolve();

  get paused(): boolean {
    return this.resume !== undefined;
  }

  /** Training stops after the step it is at. */
  pause(): void {
    if (!this.resume) this.running = new Promise((resolve) => (this.resume = resolve));
  }

  /** Training goes on. */
  continue(): void {
    this.resume?.();
    this.resume = undefined;
  }

  /** Waits until training may go on, or `signal` is aborted. */
  async wait(signal?: AbortSignal): Promise<void> {
    if (!this.paused || signal?.aborted) return;
    let stop: (() => void) | undefined;
    const aborted = new Promise<void>((resolve) => (stop = resolve));
    signal?.addEventListener('abort', stop!, { once: true });
    await Promise.race([this.running, aborted]);
    signal?.removeEventListener('abort', stop!);
  }
}
