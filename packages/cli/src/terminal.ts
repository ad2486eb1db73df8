/** Where a command writes. */
export interface Terminal {
  /** What was asked for. */
  out(text: string): void;
  /** How it is going, and what went wrong. */
  err(text: string): void;
  /** What is typed, or comes out of a pipe. */
  readonly input: NodeJS.ReadableStream;
  /** Whether somebody sees at once what is written there. */
  readonly isWatched: { out: boolean; err: boolean };
}

/** The terminal of this process. */
export const processTerminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  input: process.stdin,
  isWatched: { out: process.stdout.isTTY === true, err: process.stderr.isTTY === true },
};

/**
 * What commands print with. With `--json` standard output holds one line of JSON and nothing else, so that all that is
 * said goes to standard error.
 */
export class Printer {
  constructor(
    readonly terminal: Terminal,
    readonly json: boolean,
  ) {}

  /** Whether a progress bar, which goes to standard error, is seen among what is said. */
  get showsBars(): boolean {
    const { out, err } = this.terminal.isWatched;
    return err && (out || this.json);
  }

  /** Says a line to the reader. */
  say(line = ''): void {
    this.write(`${line}\n`);
  }

  /** As `say`, without the end of the line. */
  write(text: string): void {
    if (this.json) this.terminal.err(text);
    else this.terminal.out(text);
  }

  /** The result for programs, the last line of standard output. */
  result(value: object): void {
    if (this.json) this.terminal.out(`${JSON.stringify(value)}\n`);
  }
}
