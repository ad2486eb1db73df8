/** What a device reports late and without an exception, such as a shader that does not compile, or that it was lost. */
export class Reports {
  private readonly unread: string[] = [];
  private loss: string | undefined;

  /** @param backend its name, which errors begin with */
  constructor(private readonly backend: string) {}

  add(problem: string): void {
    this.unread.push(`the device reported: ${problem}`);
  }

  /** The device is gone, and what it held. */
  lose(what: string): void {
    if (this.loss) return;
    this.loss = `${what}, and with it all tensors: load the page or start the process again`;
    this.unread.push(this.loss);
  }

  /** What nobody has asked for yet. */
  take(): string[] {
    return this.unread.splice(0);
  }

  /** @throws Error when something was reported that nobody has asked for, and always once the device is lost */
  check(): void {
    const message = this.loss ?? this.unread.join('; ');
    if (message) throw new Error(`${this.backend}: ${message}`);
  }
}
