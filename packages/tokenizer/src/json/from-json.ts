import { alphabetToBytes, bytesToAlphabet } from "../core/byte-alphabet.js";
import { ByteBpeModel } from "../core/byte-bpe-model.js";
import { AlignedText } from "../aligned-text.js";
import type {
  AddedToken,
  Decoder,
  Json,
  Model,
  PreTokenizer,
  TokenizerJson,
  TokenizerParts,
} from "../types.js";

/* eslint-disable @typescript-eslint/no-explicit-any */

class WordLevel implements Model {
  private readonly tokens: string[] = [];
  constructor(
    private readonly words: Map<string, number>,
    private readonly unk: string,
  ) {
    for (const [w, id] of words) this.tokens[id] = w;
  }
  get vocabSize() {
    return this.words.size;
  }
  tokenToId(token: string) {
    return this.words.get(token);
  }
  idToToken(id: number) {
    return this.tokens[id];
  }
  vocab() {
    return this.words;
  }
  encodeInto(piece: string, ids: number[]) {
    const id = this.words.get(piece) ?? this.words.get(this.unk);
    if (id === undefined)
      throw new Error(
        `encode: ${JSON.stringify(piece)} is not in the vocabulary and there is no unknown token`,
      );
    ids.push(id);
  }
  tokenize(piece: string) {
    const ids: number[] = [];
    this.encodeInto(piece, ids);
    return [
      {
        id: ids[0]!,
        token: this.tokens[ids[0]!]!,
        start: 0,
        end: piece.length,
      },
    ];
  }
  toJSON(): Json {
    return {
      type: "WordLevel",
      vocab: Object.fromEntries(this.words),
      unk_token: this.unk,
    };
  }
}

const characters: PreTokenizer = {
  preTokenize(piece) {
    const out: AlignedText[] = [];
    let at = 0;
    for (const c of piece.text) out.push(piece.slice(at, (at += c.length)));
    return out;
  },
  toJSON: () => ({
    type: "Split",
    pattern: { Regex: "[\\s\\S]" },
    behavior: "Isolated",
    invert: false,
  }),
};

const byteLevelDecoder: Decoder = {
  decodeChain(tokens) {
    const bytes = tokens.flatMap((t) => [
      ...(alphabetToBytes(t) ?? new TextEncoder().encode(t)),
    ]);
    return [
      new TextDecoder("utf-8", { ignoreBOM: true }).decode(
        new Uint8Array(bytes),
      ),
    ];
  },
  toJSON: () => ({
    type: "ByteLevel",
    add_prefix_space: true,
    trim_offsets: true,
    use_regex: true,
  }),
};

const fuse: Decoder = {
  decodeChain: (tokens) => [tokens.join("")],
  toJSON: () => ({ type: "Fuse" }),
};

/** The parts that a `tokenizer.json` describes. */
export function partsFromJSON(json: unknown): TokenizerParts {
  const file = json as TokenizerJson & {
    model: any;
    pre_tokenizer: any;
    decoder: any;
    added_tokens: any;
  };
  const pre = file.pre_tokenizer;
  const vocab = new Map(
    Object.entries(file.model.vocab as Record<string, number>),
  );
  const model =
    file.model.type === "BPE"
      ? new ByteBpeModel({
          vocab,
          merges: file.model.merges.map((m: any) =>
            typeof m === "string" ? m.split(" ") : m,
          ),
          ignoreMerges: file.model.ignore_merges,
        })
      : new WordLevel(vocab, file.model.unk_token);
  const preTokenizer: PreTokenizer | null =
    pre?.type === "Split"
      ? characters
      : pre && {
          preTokenize: (piece) => [
            new AlignedText(
              bytesToAlphabet(new TextEncoder().encode(piece.text)),
            ),
          ],
          toJSON: () => pre,
        };
  return {
    addedTokens: (file.added_tokens ?? []).map((t: any): AddedToken => ({
      ...t,
      singleWord: t.single_word ?? false,
    })),
    preTokenizer,
    model,
    decoder: file.decoder?.type === "Fuse" ? fuse : byteLevelDecoder,
  };
}
