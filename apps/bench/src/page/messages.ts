import type { Machine, Proof, Result } from '../suite/result.js';
import type { Roofline } from '../roofline.js';

/** What a worker is asked to do, once. */
export interface Order {
  backend: 'wasm' | 'webgl' | 'webgpu';
  only: string[] | undefined;
  isQuick: boolean;
  /** Whether it does what no backend has a part in: once is enough. */
  withHost: boolean;
}

/** What a worker says. */
export type Said =
  | { type: 'case'; work: string }
  | { type: 'results'; results: Result[] }
  | {
      type: 'done';
      proof: Proof;
      roofline: [before: Roofline, after: Roofline];
      clockStepUs: number;
      gpu?: NonNullable<Machine['gpu']>;
      packages: Record<string, string>;
    }
  | { type: 'failed'; message: string };
