const N = 8;

/** All runs of 8 tokens of what a model was trained on. */
export class TrainingNgrams {
  private readonly seen = new Set<string>();

  /** Adds a text's. */
  add(ids: ArrayLike<number>): void {
    for (const ngram of ngrams(ids)) this.seen.add(ngram);
  }

  /** Share of the 8-grams of some texts that stand in what was added; 0 where they are shorter. */
  share(texts: readonly ArrayLike<number>[]): number {
    let [found, all] = [0, 0];
    for (const ids of texts)
      for (const ngram of ngrams(ids)) {
        all++;
        if (this.seen.has(ngram)) found++;
      }
    return all === 0 ? 0 : found / all;
  }
}

function* ngrams(ids: ArrayLike<number>): Generator<string> {
  const window = Array.from({ length: Math.min(N - 1, ids.length) }, (_, i) => ids[i]!);
  for (let i = N - 1; i < ids.length; i++) {
    window.push(ids[i]!);
    yield window.join();
    window.shift();
  }
}
