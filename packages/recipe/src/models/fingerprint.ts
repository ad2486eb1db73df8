import { hostStateDict, type Module } from '@ashlar/nn';

/** SHA-256 of a text's UTF-8 bytes, in hexadecimal. */
export async function fingerprint(text: string): Promise<string> {
  return hexadecimal(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}

/** SHA-256 over the paths, shapes and values of all that a module saves, in hexadecimal. */
export async function weightsFingerprint(module: Module): Promise<string> {
  const hashes = [];
  for (const [path, { shape, data }] of await hostStateDict(module)) {
    const digest = await crypto.subtle.digest('SHA-256', data as Uint8Array<ArrayBuffer>);
    hashes.push(`${path} [${shape.join(', ')}] ${hexadecimal(digest)}`);
  }
  return fingerprint(hashes.join('\n'));
}

/** What JSON rows are compared by. */
export async function rowsFingerprint(rows: readonly object[]): Promise<{ rows: number; sha256: string }> {
  return { rows: rows.length, sha256: await fingerprint(rows.map((row) => JSON.stringify(row)).join('\n')) };
}

const hexadecimal = (digest: ArrayBuffer) =>
  Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
