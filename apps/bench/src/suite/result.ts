import type { Roofline } from '../roofline.js';
import type { Ratio } from '../statistics.js';
import type { Check } from './case.js';

export type Status = 'ok' | 'wrong' | 'unsupported' | 'failed' | 'unstable' | 'aborted';

/** What one case took on one backend; times in milliseconds a run. */
export interface Result {
  work: string;
  group: string;
  params: Readonly<Record<string, number | string | boolean>>;
  inputHash: string;
  backend: 'cpu' | 'wasm' | 'wasm-threads' | 'webgl' | 'webgpu';
  /** Who did it, where several took turns. */
  by?: string;
  /** How many threads, where that was asked for. */
  threads?: number;
  dtype: 'f32' | 'i8' | 'i4';
  status: Status;
  message?: string;
  /** The first call: compilation, allocation, upload. */
  firstMs?: number;
  /** One run and a wait, or `batch` runs and one wait. */
  mode?: 'latency' | 'throughput';
  batch?: number;
  samplesMs?: number[];
  medianMs?: number;
  p10Ms?: number;
  p90Ms?: number;
  flops?: number;
  bytes?: number;
  /** By the median. */
  perSecond?: number;
  unit?: string;
  /** The most arithmetic of one core that had been seen when it ended, in operations a second. */
  peakPerSecond?: number;
  /** Times the first of those who took turns, round by round. */
  ratio?: Ratio;
  check?: Check;
}

/** Whether what a backend computes, a core of the processor computes. */
export const isOnProcessor = (backend: Result['backend']) => !backend.startsWith('webg');

/** Whether a result is right; its time may yet be unsteady. */
export const isRight = ({ status }: Result) => status === 'ok' || status === 'unstable';

/** Where it ran. */
export interface Machine {
  os: string;
  cpuThreads: number;
  cpu?: string;
  memoryGiB?: number;
  node?: string;
  browser?: string;
  crossOriginIsolated?: boolean;
  /** The smallest step of the clock. */
  clockStepUs: number;
  /** The load average of the last minute, before and after. */
  load?: [before: number, after: number];
  gpu?: { api: string; name: string; software: boolean; features?: string[] };
  /** Before and after the cases: a change says that the machine did something else meanwhile. */
  roofline: [before: Roofline, after: Roofline];
}

/** That the backend which is named has done the work. */
export interface Proof {
  backend: string;
  /** tfjs's switches that decide where small tensors are computed. */
  flags: Record<string, boolean | number | string>;
  /** In whose memory the result of a kernel was found. */
  resultsIn: string;
}

/** A file of results, by the schema `bench-1`. */
export interface BenchFile {
  schema: 'bench-1';
  createdAt: string;
  runtime: 'browser' | 'node';
  machine: Machine;
  packages: Record<string, string>;
  commit?: string;
  proof: Proof[];
  results: Result[];
}
