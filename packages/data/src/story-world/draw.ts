import { RandomStream } from '@ashlar/ops';
import { isHeldOut } from './combinations.js';
import { people, places, things, times, type Facts } from './world.js';

/** Draws from a seeded stream, one after the other. */
export class Draw {
  private readonly stream: RandomStream;
  private count = 0;

  constructor(seed: number, name: string) {
    this.stream = new RandomStream(seed, `story-world/${name}`);
  }

  /** A whole number from 0 to below `end`. */
  below(end: number): number {
    return Math.floor(this.stream.uniform(this.count++) * end);
  }

  from<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.stream.uniform(this.count++) < probability;
  }

  /** Facts of a new story, all of them possible in training or all of them held out. */
  facts(heldOut: boolean): Facts {
    for (;;) {
      const facts = { person: this.from(people), place: this.from(places), thing: this.from(things) };
      if (isHeldOut(facts) !== heldOut) continue;
      const others = people.filter((one) => one !== facts.person);
      return { ...facts, friend: this.from(others), time: this.from(times) };
    }
  }
}
