import * as tf from '@tensorflow/tfjs-core';

/** A block of memory that is held: a tensor's, or the scratch of kernels. */
export interface Held {
  bytes: number;
  /** null for scratch */
  shape: readonly number[] | null;
  /** What was being done when it was taken, by the name it was given. */
  phase: string;
  /** Whether a tape recorded: a forward pass that is to be differentiated. */
  recorded: boolean;
}

/** Blocks that are taken and released, and what was held when it was most. */
export class Ledger {
  phase = '';
  private readonly held = new Set<Held>();
  private now = 0;
  private most = 0;
  private rising = false;
  private atMost: Held[] = [];

  take(bytes: number, shape: readonly number[] | null): Held {
    const block = { bytes, shape, phase: this.phase, recorded: tf.engine().state.gradientDepth > 0 };
    this.held.add(block);
    this.now += bytes;
    if (this.now > this.most) {
      this.most = this.now;
      this.rising = true;
    }
    return block;
  }

  release(block: Held): void {
    this.settle();
    if (this.held.delete(block)) this.now -= block.bytes;
  }

  /** The most bytes held at a time, and the blocks of that moment. */
  get peak(): { bytes: number; held: readonly Held[] } {
    this.settle();
    return { bytes: this.most, held: this.atMost };
  }

  /** Writes down what is held at a peak before it falls. */
  private settle(): void {
    if (this.rising) this.atMost = [...this.held];
    this.rising = false;
  }
}
