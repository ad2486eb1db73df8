import type { Step } from './job.js';

/** What the runner asks of a competitor: one JSON object a line, on standard input. */
export type Request =
  | { type: 'train'; steps: Step[] }
  | { type: 'generate'; prompt: number[]; count: number }
  /** The logits after `ids`, read one by one after the prompt, as generation reads them. */
  | { type: 'logits'; prompt: number[]; ids: number[] }
  /** To do a work of the folder `count` times. */
  | { type: 'do'; work: string; count: number }
  /** What the last of them came to. */
  | { type: 'outcome'; work: string }
  | { type: 'exit' };

/** What a competitor answers: one JSON object a line, on standard output. */
export type Reply =
  | { type: 'ready'; versions: Record<string, string>; setupMs: number }
  /** For each step: its wall time from the batch on the host to the loss on the host, and that loss in nats. */
  | { type: 'trained'; ms: number[]; losses: number[] }
  /** Greedy ids, and the wall time of each; the first includes reading the prompt. */
  | { type: 'generated'; ms: number[]; ids: number[] }
  | { type: 'logits'; values: number[] }
  /** The wall time of all. */
  | { type: 'did'; ms: number }
  /** Numbers row by row, ids, or merges as texts. */
  | { type: 'outcome'; values: (number | string)[] };
