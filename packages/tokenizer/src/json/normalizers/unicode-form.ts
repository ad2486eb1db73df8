import type { AlignedText } from '../../aligned-text.js';
import type { Normalizer } from '../../types.js';
import { transform, type Change } from '../transform.js';

export const unicodeForms = ['NFC', 'NFD', 'NFKC', 'NFKD'] as const;
export type UnicodeForm = (typeof unicodeForms)[number];

/** What can belong to the character before it: marks, trailing jamo, and what decomposes to a mark. */
const joins = /^[\p{M}\u1160-\u11ff\ud7b0-\ud7ff]/u;

/** One of Unicode's four normal forms. */
export class UnicodeFormNormalizer implements Normalizer {
  constructor(readonly form: UnicodeForm) {}

  normalize(text: AlignedText): AlignedText {
    const { text: old } = text;
    if (old.normalize(this.form) === old) return text;
    const changes: Change[] = [];
    let cluster: string[] = [];
    for (const c of old) {
      if (cluster.length > 0 && !joins.test(c) && !joins.test(c.normalize('NFKD'))) {
        this.#cluster(cluster, changes);
        cluster = [];
      }
      cluster.push(c);
    }
    this.#cluster(cluster, changes);
    return transform(text, changes);
  }

  /** A character with all that may combine with it: decomposed, put in order, composed; the changes follow. */
  #cluster(characters: string[], out: Change[]): void {
    const whole = characters.join('');
    const result = whole.normalize(this.form);
    if (result === whole) {
      for (const c of characters) out.push([c, 0]);
      return;
    }
    const decomposed = this.form.replace('C', 'D');
    // the changes of equal characters, first come first served: the canonical order is stable
    const queues = new Map<string, number[]>();
    for (const c of characters) {
      let change = 0;
      for (const part of c.normalize(decomposed)) {
        const queue = queues.get(part);
        if (queue) queue.push(change);
        else queues.set(part, [change]);
        change = 1;
      }
    }
    for (const queue of queues.values()) queue.reverse();
    for (const c of result) {
      let change = 1;
      for (const part of c.normalize('NFD')) change += (queues.get(part)?.pop() ?? 1) - 1;
      out.push([c, change]);
    }
  }

  toJSON() {
    return { type: this.form };
  }
}
