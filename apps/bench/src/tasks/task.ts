/** A small task whose outcome is held to a reference: `npm run bench -- task <name>`. */
export interface Task {
  /** For the help text, one line. */
  description: string;
  /** How many seeds are run unless the command line says. @default 3 */
  seeds?: number;
  /** Runs it with seeds 0 .. seeds - 1. */
  run(options: TaskOptions): Promise<TaskReport>;
}

export interface TaskOptions {
  seeds: number;
  /** Progress, a line at a time. */
  say: (line: string) => void;
}

export interface TaskReport {
  /** Lines of Markdown. */
  text: string;
  /** For `results/<name>.json`. */
  result: object;
  /** What it is held to and misses, one sentence each. */
  misses: string[];
}
