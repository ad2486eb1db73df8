const encoder = new TextEncoder();

/** The byte tokens of a text (`<0xE2>`) with their ids; `null` if one is missing. */
export function byteTokens(text: string, ids: ReadonlyMap<string, number>): [token: string, id: number][] | null {
  const tokens: [string, number][] = [];
  for (const byte of encoder.encode(text)) {
    const token = `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
    const id = ids.get(token);
    if (id === undefined) return null;
    tokens.push([token, id]);
  }
  return tokens;
}
