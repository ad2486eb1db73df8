import type { ByteBuffer } from './byte-buffer.js';
import { NEVER } from './long-merge.js';
import { Merger } from './merger.js';
import type { WordTable } from './word-table.js';

/** tiktoken's way: two neighbours merge if their bytes together are a token, the lowest id first. */
export class RankMerger extends Merger {
  private view!: DataView;
  private start = 0;

  /** @param words holds the id of every token; negative numbers in it are no ids */
  constructor(private readonly words: WordTable) {
    super();
  }

  override mergeBytes(buffer: ByteBuffer, start: number, end: number, byteIds: Int32Array): number {
    this.view = buffer.view;
    this.start = start;
    return super.mergeBytes(buffer, start, end, byteIds);
  }

  rank(_left: number, _right: number, start: number, end: number): number {
    const id = this.words.get(this.view, this.start + start, this.start + end);
    return id < 0 ? NEVER : id;
  }

  merged(rank: number): number {
    return rank;
  }
}
