/** Turns ids into text as they come and never splits a character. */
export interface DecodeStream {
  /** The text that this id completes; empty while a character is unfinished. */
  push(id: number): string;
  /** What is left when no more ids come; bytes of an unfinished character become U+FFFD. */
  end(): string;
}

/** A stream over tokens that are bytes. */
export function byteDecodeStream(bytesOf: (id: number) => Uint8Array): DecodeStream {
  let decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return {
    push: (id) => decoder.decode(bytesOf(id), { stream: true }),
    end: () => {
      const rest = decoder.decode();
      decoder = new TextDecoder('utf-8', { ignoreBOM: true });
      return rest;
    },
  };
}

/**
 * A stream over any decoder: a window of ids is decoded with and without the new one, and the difference given out
 * unless it ends in an unfinished character.
 */
export function windowDecodeStream(decode: (ids: number[]) => string): DecodeStream {
  let window: number[] = [];
  /** Ids of the window whose text was given out. */
  let given = 0;
  const advance = (last: boolean): string => {
    const before = decode(window.slice(0, given));
    const all = decode(window);
    if (all.length <= before.length || (!last && all.endsWith('\ufffd'))) return '';
    window = window.slice(given);
    given = window.length;
    return all.slice(before.length);
  };
  return {
    push: (id) => {
      window.push(id);
      return advance(false);
    },
    end: () => {
      const rest = advance(true);
      window = [];
      given = 0;
      return rest;
    },
  };
}
