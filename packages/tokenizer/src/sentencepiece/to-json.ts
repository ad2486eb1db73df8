import type { Json, TokenizerJson } from '../types.js';
import { readSentencePieceModel, type Piece, type SentencePieceModel } from './model-proto.js';

/**
 * The object of a `tokenizer.json` for a SentencePiece `.model` file (unigram or BPE).
 *
 * It encodes as SentencePiece's `encode` does: no special tokens are added around the text. Control symbols become
 * special tokens, user-defined symbols added tokens.
 *
 * @param bytes the file
 * @throws RangeError where the file is broken or of another algorithm
 */
export function sentencePieceToJson(bytes: Uint8Array): TokenizerJson {
  const model = readSentencePieceModel(bytes);
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: model.pieces.flatMap(({ piece, type }, id) => {
      if (type !== 'control' && type !== 'unknown' && type !== 'user defined') return [];
      const special = type !== 'user defined';
      return [{ id, content: piece, single_word: false, lstrip: false, rstrip: false, normalized: false, special }];
    }),
    normalizer: normalizer(model),
    pre_tokenizer: null,
    post_processor: null,
    decoder: decoder(model),
    model: model.algorithm === 'unigram' ? unigram(model) : bpe(model),
  };
}

const replace = (pattern: Json, content: string): Json => ({ type: 'Replace', pattern, content });

function normalizer({ characterMap, addDummyPrefix, removeExtraWhitespaces }: SentencePieceModel): Json {
  const normalizers: Json[] = [];
  if (characterMap.length > 0) {
    let binary = '';
    for (const byte of characterMap) binary += String.fromCharCode(byte);
    normalizers.push({ type: 'Precompiled', precompiled_charsmap: btoa(binary) });
  }
  if (removeExtraWhitespaces) normalizers.push(replace({ Regex: '\\A +' }, ''), replace({ Regex: ' {2,}' }, ' '));
  if (addDummyPrefix) normalizers.push({ type: 'Prepend', prepend: '▁' });
  normalizers.push(replace({ String: ' ' }, '▁'));
  if (removeExtraWhitespaces) normalizers.push(replace({ Regex: '▁+\\z' }, ''));
  return { type: 'Sequence', normalizers };
}

function decoder({ addDummyPrefix, removeExtraWhitespaces }: SentencePieceModel): Json {
  const decoders: Json[] = [replace({ String: '▁' }, ' '), { type: 'ByteFallback' }, { type: 'Fuse' }];
  if (removeExtraWhitespaces) decoders.push(replace({ Regex: '\\A +' }, ''));
  else if (addDummyPrefix) decoders.push({ type: 'Strip', content: ' ', start: 1, stop: 0 });
  return { type: 'Sequence', decoders };
}

const unknownId = (pieces: readonly Piece[]) => {
  const id = pieces.findIndex(({ type }) => type === 'unknown');
  return id < 0 ? null : id;
};

function unigram({ pieces, byteFallback }: SentencePieceModel): Json {
  return {
    type: 'Unigram',
    unk_id: unknownId(pieces),
    vocab: pieces.map(({ piece, score }): Json => [piece, score]),
    byte_fallback: byteFallback,
  };
}

function bpe({ pieces, byteFallback }: SentencePieceModel): Json {
  const unknown = unknownId(pieces);
  return {
    type: 'BPE',
    dropout: null,
    unk_token: unknown === null ? null : pieces[unknown]!.piece,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: true,
    byte_fallback: byteFallback,
    ignore_merges: false,
    vocab: Object.fromEntries(pieces.map(({ piece }, id) => [piece, id])),
    merges: merges(pieces),
  };
}

/** Every way to put a piece together from two others; the pieces with the highest score first. */
function merges(pieces: readonly Piece[]): Json[] {
  const ids = new Map(pieces.flatMap(({ piece, type }, id) => (type === 'normal' ? [[piece, id] as const] : [])));
  const byScore = [...ids].sort(([, a], [, b]) => pieces[b]!.score - pieces[a]!.score || a - b);
  const all: Json[] = [];
  for (const [piece] of byScore) {
    const ways: [number, number, string, string][] = [];
    let at = 0;
    for (const c of piece) {
      at += c.length;
      const [left, right] = [piece.slice(0, at), piece.slice(at)];
      const [a, b] = [ids.get(left), ids.get(right)];
      if (a !== undefined && b !== undefined) ways.push([a, b, left, right]);
    }
    ways.sort((x, y) => x[0] - y[0] || x[1] - y[1]);
    for (const [, , left, right] of ways) all.push([left, right]);
  }
  return all;
}
