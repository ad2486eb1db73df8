/** Tokens as byte strings in one buffer; an id without bytes is a hole. */
export class ByteVocabulary {
  /** @param starts token `id` is `bytes[starts[id], starts[id + 1])` */
  constructor(
    readonly bytes: Uint8Array,
    readonly starts: Int32Array,
  ) {}

  /** From a list by id; `undefined` leaves a hole. */
  static from(tokens: readonly (Uint8Array | undefined)[]): ByteVocabulary {
    const starts = new Int32Array(tokens.length + 1);
    for (let id = 0; id < tokens.length; id++) starts[id + 1] = starts[id]! + (tokens[id]?.length ?? 0);
    const bytes = new Uint8Array(starts[tokens.length]!);
    for (let id = 0; id < tokens.length; id++) {
      const token = tokens[id];
      if (token) bytes.set(token, starts[id]);
    }
    return new ByteVocabulary(bytes, starts);
  }

  /** One more than the highest id. */
  get length(): number {
    return this.starts.length - 1;
  }

  /** The bytes of a token; `undefined` for a hole or an id out of range. */
  get(id: number): Uint8Array | undefined {
    const start = this.starts[id];
    const end = this.starts[id + 1];
    if (start === undefined || end === undefined || start === end) return undefined;
    return this.bytes.subarray(start, end);
  }
}
