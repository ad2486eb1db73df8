import type { Check } from '../suite/case.js';
import type { Machine, Proof, Result } from '../suite/result.js';
import type { Roofline } from '../roofline.js';

/** What a worker is asked to do with its life: to run the suite on a backend. */
export interface SuiteOrder {
  type: 'suite';
  backend: 'wasm' | 'webgl' | 'webgpu';
  only: string[] | undefined;
  isQuick: boolean;
  /** Whether it does what no backend has a part in: once is enough. */
  withHost: boolean;
}

/** Or to be ready for one case. */
export interface PlayerOrder {
  type: 'player';
  work: string;
  by: 'ashlar' | 'tfjs';
  backend: SuiteOrder['backend'];
  /** Of Ashlar on wasm. */
  threads: number;
}

/** What a player is asked, one after the other. */
export type Request = { type: 'play'; count: number } | { type: 'check' };

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
  | { type: 'ready'; firstMs: number; inputHash: string }
  | { type: 'played'; ms: number }
  | { type: 'checked'; check: Check }
  | { type: 'failed'; message: string };
