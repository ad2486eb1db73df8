import type { FileStore, JsonObject } from '@ashlar/checkpoint';

const FLUSH_MS = 1000;

/** A file of one JSON object a line, written about once a second. */
export class JsonLines {
  private waiting: string[] = [];
  private lastFlush = performance.now();

  constructor(
    private readonly store: FileStore,
    private readonly path: string,
    /** Length of the file, lines that wait counted. */
    private length = 0,
  ) {}

  get bytes(): number {
    return this.length;
  }

  async add(value: JsonObject): Promise<void> {
    const line = `${JSON.stringify(value)}\n`;
    this.waiting.push(line);
    this.length += new TextEncoder().encode(line).length;
    if (performance.now() - this.lastFlush > FLUSH_MS) await this.flush();
  }

  /** Writes what waits. */
  async flush(): Promise<void> {
    this.lastFlush = performance.now();
    if (this.waiting.length === 0) return;
    const bytes = new TextEncoder().encode(this.waiting.join(''));
    this.waiting = [];
    await this.store.append(this.path, bytes);
  }
}

/** The objects of a file of JSON lines; none if it is missing. */
export async function readJsonLines(store: FileStore, path: string): Promise<JsonObject[]> {
  const bytes = await store.read(path);
  if (!bytes) return [];
  const lines = new TextDecoder().decode(bytes).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as JsonObject);
}
