import { alphabetToBytes } from './byte-alphabet.js';
import { ByteBpeModel } from './byte-bpe-model.js';
import { ByteVocabulary, MOST_IDS } from './byte-vocabulary.js';
import { PairMerger } from './pair-merger.js';

/** Vocabulary and merges of a byte-level BPE as a `tokenizer.json` has them: strings over the byte alphabet. */
export interface ListedBpe {
  vocab: Map<string, number>;
  /** Best first. */
  merges: [string, string][];
  /** A piece that is a token is not merged. @default false */
  ignoreMerges?: boolean;
}

/**
 * The model of a byte-level BPE.
 *
 * @throws where a merge names a token that the vocabulary lacks, or an id is too large for a table
 */
export function listedBpe({ vocab, merges, ignoreMerges = false }: ListedBpe): ByteBpeModel {
  const bytes: (Uint8Array | undefined)[] = [];
  const others = new Map<number, string>();
  for (const [token, id] of vocab) {
    if (id >= MOST_IDS)
      throw new RangeError(`model.vocab: the id ${id} of ${JSON.stringify(token)} is not below ${MOST_IDS}`);
    const own = token === '' ? null : alphabetToBytes(token);
    if (own) bytes[id] = own;
    else others.set(id, token);
  }
  const triples = new Int32Array(merges.length * 3);
  const idOf = (token: string, rank: number): number => {
    const id = vocab.get(token);
    if (id !== undefined) return id;
    throw new Error(`model.merges[${rank}]: ${JSON.stringify(token)} is not in model.vocab`);
  };
  for (let rank = 0; rank < merges.length; rank++) {
    const [left, right] = merges[rank]!;
    triples[rank * 3] = idOf(left, rank);
    triples[rank * 3 + 1] = idOf(right, rank);
    triples[rank * 3 + 2] = idOf(left + right, rank);
  }
  const vocabulary = ByteVocabulary.from(bytes);
  return new ByteBpeModel({
    vocabulary,
    merges: { triples, merger: new PairMerger(triples) },
    ignoreMerges,
    others,
  });
}
