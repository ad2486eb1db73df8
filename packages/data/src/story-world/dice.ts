import { RandomStream } from '@ashlar/ops';

/** Draws one after the other from a named random stream. */
export class Dice {
  private readonly stream: RandomStream;
  private drawn = 0;

  /**
   * @param seed a non-negative safe integer
   * @param name of the stream
   */
  constructor(seed: number, name: string) {
    this.stream = new RandomStream(seed, name);
  }

  /** A whole number from 0 to `n` - 1. */
  below(n: number): number {
    return Math.floor(this.stream.uniform(this.drawn++) * n);
  }

  /** True with the probability given. */
  chance(probability: number): boolean {
    return this.stream.uniform(this.drawn++) < probability;
  }

  /** One of a list, each as likely as the others. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** One of the keys, as likely as its share of all weights. */
  weighted<Key extends string>(weights: Readonly<Record<Key, number>>): Key {
    const entries = Object.entries(weights) as [Key, number][];
    let left = this.stream.uniform(this.drawn++) * entries.reduce((sum, [, weight]) => sum + weight, 0);
    return (entries.find(([, weight]) => (left -= weight) < 0) ?? entries.at(-1)!)[0];
  }

  /** A list in a new order (Fisher and Yates). */
  shuffled<T>(list: readonly T[]): T[] {
    const order = [...list];
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }
}
