import cliProgress from 'cli-progress';
import type { Printer } from './terminal.js';

/** A bar that is there from its first update on; without anybody who watches it does nothing. */
export interface ProgressBar {
  update: (done: number, total: number) => void;
  stop: () => void;
}

/** @param what is counted */
export function progressBar(printer: Printer, what: string): ProgressBar {
  if (!printer.showsBars) return { update: () => {}, stop: () => {} };
  const format = ` {bar} {value}/{total} ${what}`;
  const bar = new cliProgress.SingleBar({ format, clearOnComplete: true }, cliProgress.Presets.rect);
  return {
    update: (done, total) => {
      if (!bar.isActive) bar.start(total, 0);
      bar.setTotal(total);
      bar.update(done);
    },
    stop: () => bar.stop(),
  };
}
