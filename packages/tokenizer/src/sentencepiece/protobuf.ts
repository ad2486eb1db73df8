/** A field of a protobuf message: a number, or bytes (strings, messages, 32 and 64 bit values). */
export type Field = [number: number, value: number | Uint8Array];

/**
 * The fields of a message in the order of the file.
 *
 * @throws RangeError where the bytes are no protobuf
 */
export function* protobufFields(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      if (byte === undefined || scale > 2 ** 63)
        throw new RangeError(
          `SentencePiece: the model is no protobuf, or it ends too early (byte ${at} of ${bytes.length})`,
        );
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const kind = key % 8;
    const field = Math.floor(key / 8);
    if (kind === 0) {
      yield [field, varint()];
      continue;
    }
    const size = kind === 1 ? 8 : kind === 5 ? 4 : kind === 2 ? varint() : NaN;
    if (!(at + size <= bytes.length))
      throw new RangeError(
        `SentencePiece: field ${field} at byte ${at} is no protobuf of kind 0, 1, 2 or 5, or leaves the file`,
      );
    yield [field, bytes.subarray(at, at + size)];
    at += size;
  }
}

export function float32(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat32(0, true);
}

export function utf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}
