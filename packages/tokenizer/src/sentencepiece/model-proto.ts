import { float32, protobufFields, utf8 } from './protobuf.js';

export const pieceTypes = ['normal', 'unknown', 'control', 'user defined', 'unused', 'byte'] as const;
export type PieceType = (typeof pieceTypes)[number];

export interface Piece {
  piece: string;
  score: number;
  type: PieceType;
}

/** What a SentencePiece model file says, as far as encoding needs it. */
export interface SentencePieceModel {
  /** The id of a piece is its place. */
  pieces: Piece[];
  algorithm: 'unigram' | 'bpe';
  byteFallback: boolean;
  /** Empty where texts are not normalized. */
  characterMap: Uint8Array;
  addDummyPrefix: boolean;
  removeExtraWhitespaces: boolean;
}

const asBytes = (value: number | Uint8Array, what: string): Uint8Array => {
  if (typeof value === 'number')
    throw new RangeError(`SentencePiece: ${what} must be bytes, found the number ${value}`);
  return value;
};

function readPiece(bytes: Uint8Array, id: number): Piece {
  let piece = '';
  let score = 0;
  let type = 1;
  for (const [field, value] of protobufFields(bytes)) {
    if (field === 1) piece = utf8(asBytes(value, `piece ${id}`));
    else if (field === 2 && typeof value !== 'number' && value.length === 4) score = float32(value);
    else if (field === 3) type = Number(value);
  }
  const known = pieceTypes[type - 1];
  if (!known)
    throw new RangeError(`SentencePiece: piece ${id} has the type ${type}, not one of 1 to ${pieceTypes.length}`);
  return { piece, score, type: known };
}

/**
 * Reads the bytes of a `.model` file (`ModelProto` of sentencepiece_model.proto).
 *
 * @throws RangeError where it is broken, or of another algorithm than unigram and BPE
 */
export function readSentencePieceModel(bytes: Uint8Array): SentencePieceModel {
  const model: SentencePieceModel = {
    pieces: [],
    algorithm: 'unigram',
    byteFallback: false,
    characterMap: new Uint8Array(),
    addDummyPrefix: true,
    removeExtraWhitespaces: true,
  };
  let algorithm = 1;
  for (const [field, value] of protobufFields(bytes)) {
    if (field === 1) model.pieces.push(readPiece(asBytes(value, 'a piece'), model.pieces.length));
    else if (field === 2)
      for (const [option, setting] of protobufFields(asBytes(value, 'trainer_spec'))) {
        if (option === 3) algorithm = Number(setting);
        else if (option === 24 && setting)
          throw new RangeError('SentencePiece: treat_whitespace_as_suffix is not supported');
        else if (option === 35) model.byteFallback = Boolean(setting);
      }
    else if (field === 3)
      for (const [option, setting] of protobufFields(asBytes(value, 'normalizer_spec'))) {
        if (option === 2) model.characterMap = asBytes(setting, 'precompiled_charsmap');
        else if (option === 3) model.addDummyPrefix = Boolean(setting);
        else if (option === 4) model.removeExtraWhitespaces = Boolean(setting);
        else if (option === 5 && !setting)
          throw new RangeError('SentencePiece: escape_whitespaces: false is not supported');
      }
  }
  if (model.pieces.length === 0) throw new RangeError('SentencePiece: the model has no pieces');
  if (algorithm !== 1 && algorithm !== 2)
    throw new RangeError(`SentencePiece: model_type must be 1 (unigram) or 2 (BPE), found ${algorithm}`);
  model.algorithm = algorithm === 1 ? 'unigram' : 'bpe';
  return model;
}
