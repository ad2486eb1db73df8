import * as tf from '@tensorflow/tfjs-core';
import type { Case, Check, Prepared } from './case.js';
import { hashOf, settle } from './host.js';

/** A case that was prepared on the backend in use and has run once. */
export class CaseAtWork {
  private constructor(
    private readonly prepared: Prepared,
    readonly inputHash: string,
    /** The first call: compilation, allocation, upload. */
    readonly firstMs: number,
    /** Of what the first call computed. */
    readonly firstCheck: Check,
    private outputs: tf.Tensor[],
  ) {}

  static async start(one: Case): Promise<CaseAtWork> {
    const prepared = await one.prepare();
    try {
      const inputHash = await hashOf(prepared.inputs);
      const since = performance.now();
      const outputs = await prepared.run();
      await settle(outputs);
      const firstMs = performance.now() - since;
      return new CaseAtWork(prepared, inputHash, firstMs, await prepared.check(outputs), outputs);
    } catch (error) {
      prepared.dispose();
      throw error;
    }
  }

  /** Does the work `count` times and waits; the milliseconds of all. */
  async runs(count: number): Promise<number> {
    const since = performance.now();
    for (let i = 0; i < count; i++) {
      tf.dispose([...this.outputs]);
      this.outputs = await this.prepared.run();
    }
    await settle(this.outputs);
    return performance.now() - since;
  }

  /** The worse of the first result and the last; the first alone where each run changes what the next reads. */
  async check(): Promise<Check> {
    const { firstCheck } = this;
    if (this.prepared.isStateful) return firstCheck;
    const last = await this.prepared.check(this.outputs);
    return !firstCheck.pass || (last.pass && firstCheck.maxAbs > last.maxAbs) ? firstCheck : last;
  }

  dispose(): void {
    tf.dispose([...this.outputs]);
    this.prepared.dispose();
  }
}
