import type { Command } from 'commander';
import type { Printer } from '../terminal.js';

/** With what commands are defined. */
export interface Definer {
  /** A new command. */
  command: (name: string, description: string) => Command;
  /** What a command does; its work is loaded when it is called. */
  act: <Flags>(
    load: () => Promise<(flags: Flags, printer: Printer) => Promise<number>>,
  ) => (flags: Flags & { json?: boolean; out?: string }) => Promise<void>;
}
