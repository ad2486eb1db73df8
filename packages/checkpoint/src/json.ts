import { type FileStore, pathIn } from './file-store.js';

/** What JSON can hold. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export type JsonObject = { [key: string]: JsonValue };

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON text as files hold it: indented by two, with a final newline. */
export const jsonBytes = (value: unknown): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);

/** The object in a JSON file; null if there is no such file. */
export async function readJson(store: FileStore, path: string): Promise<JsonObject | null> {
  const bytes = await store.read(path);
  if (!bytes) return null;
  const value = parseJson(bytes);
  if (!isObject(value)) throw new SyntaxError(`${pathIn(store, path)} does not hold a JSON object`);
  return value as JsonObject;
}

/** The value of UTF-8 JSON text; undefined if it is neither. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** The first key that occurs twice in one object of valid JSON text, which `JSON.parse` would pass over. */
export function duplicateKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"\s*:|"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (token.endsWith(':')) {
      const key = JSON.parse(token.slice(0, -1)) as string;
      const keys = open.at(-1)!;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}
