import { canonicalJson } from './json.js';

/** SHA-256 of bytes, in hexadecimal. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  // browsers offer it to pages of https and localhost only
  const { subtle } = globalThis.crypto as { subtle?: SubtleCrypto };
  if (!subtle) throw new Error('checksums need crypto.subtle, which browsers give only to https and localhost pages');
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * A fingerprint of a run's settings: equal for equal JSON, whatever the order of its keys.
 *
 * @param config plain JSON
 */
export const hashConfig = (config: object): Promise<string> => sha256(new TextEncoder().encode(canonicalJson(config)));
