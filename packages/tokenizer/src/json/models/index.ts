import { alphabetToBytes } from '../../core/byte-alphabet.js';
import { listedBpe } from '../../core/listed-bpe.js';
import type { Json, Model } from '../../types.js';
import type { JsonReader } from '../reader.js';
import { readTyped, type Readers } from '../typed.js';
import { BpeModel, readBpeOptions } from './bpe.js';
import { readMerges } from './bpe-merges.js';
import { readVocabulary } from './token-table.js';
import { UnigramModel } from './unigram.js';
import { WordLevelModel } from './word-level.js';
import { WordPieceModel } from './word-piece.js';

/** Whether a pre-tokenizer's JSON ends with pieces in the byte alphabet. */
function spellsBytes(preTokenizer: Json): boolean {
  if (preTokenizer === null || typeof preTokenizer !== 'object' || Array.isArray(preTokenizer)) return false;
  if (preTokenizer.type === 'Sequence') return (preTokenizer.pretokenizers as Json[]).some(spellsBytes);
  return preTokenizer.type === 'ByteLevel';
}

/** The fast model, where the vocabulary spells bytes and knows them all; the general one otherwise. */
function readBpe(r: JsonReader, preTokenizer: Json): Model {
  const options = readBpeOptions(r);
  const ids = readVocabulary(r.get('vocab'));
  const prefix = options.continuing_subword_prefix;
  const merges = readMerges(r.get('merges'), ids, prefix ?? '');
  const { dropout, unk_token, end_of_word_suffix, byte_fallback, fuse_unk } = options;
  const plain = unk_token === null && !(dropout || prefix || end_of_word_suffix || byte_fallback || fuse_unk);
  const singles = new Set([...ids.keys()].filter((token) => token.length === 1 && alphabetToBytes(token)));
  if (plain && singles.size === 256 && spellsBytes(preTokenizer))
    return listedBpe({ vocab: ids, merges, ignoreMerges: options.ignore_merges });
  return new BpeModel(ids, merges, options);
}

/** Files of the first versions do not name the type: it is known by a field. */
const legacy = [
  ['BPE', 'merges'],
  ['WordPiece', 'continuing_subword_prefix'],
  ['Unigram', 'unk_id'],
  ['WordLevel', 'vocab'],
] as const;

/** The `model` of a `tokenizer.json`, for the pieces that `preTokenizer` (its JSON) makes. */
export function readModel(reader: JsonReader, preTokenizer: Json): Model {
  const readers: Readers<Model> = {
    BPE: (r) => readBpe(r, preTokenizer),
    WordPiece: (r) => WordPieceModel.read(r),
    WordLevel: (r) => WordLevelModel.read(r),
    Unigram: (r) => UnigramModel.read(r),
  };
  return readTyped(reader, readers, legacy, 0);
}
