import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';

/** What the figures were measured on; no name of the machine. */
export const machine = () => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  system: `${platform()} ${arch()} ${release()}`,
  node: process.version,
});

/** The load average of the last minute. */
export const load = () => loadavg()[0] ?? NaN;
