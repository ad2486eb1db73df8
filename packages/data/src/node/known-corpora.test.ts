import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { corpora, type Corpus, parseHhRlhf, parseSelfInstruct } from '../index.js';
import { loadCorpus, locateCorpus } from '../node.js';

const fileOf = ({ name, file = `${name}.txt` }: Corpus) => join(process.env['ASHLAR_DATA_DIR'] ?? 'nowhere', file);
const present = (corpus: Corpus) => existsSync(fileOf(corpus));
const { tinyshakespeare, 'self-instruct': selfInstruct, 'hh-rlhf-harmless-1800': harmless } = corpora;

describe('the known corpora in ASHLAR_DATA_DIR', () => {
  it.skipIf(!present(tinyshakespeare))('tinyshakespeare is a text', async () => {
    expect((await stat(await locateCorpus(tinyshakespeare))).size).toBe(tinyshakespeare.bytes);
    expect(await loadCorpus('tinyshakespeare')).toMatch(/^First Citizen:\nBefore we proceed/);
  });

  it.skipIf(!present(selfInstruct))('self-instruct holds 175 tasks', async () => {
    expect((await stat(await locateCorpus(selfInstruct))).size).toBe(selfInstruct.bytes);
    const rows = parseSelfInstruct(await loadCorpus('self-instruct'));
    expect(rows).toHaveLength(175);
    expect(rows[1]).toEqual({
      prompt: 'What is the relation between the given pairs?\n\nNight : Day :: Right : Left',
      completion: 'The relation between the given pairs is that they are opposites.',
    });
  });

  it.skipIf(!present(harmless))('hh-rlhf-harmless-1800 holds 1,800 pairs of chats', async () => {
    expect((await stat(await locateCorpus(harmless))).size).toBe(harmless.bytes);
    const pairs = parseHhRlhf(await loadCorpus('hh-rlhf-harmless-1800'));
    expect(pairs).toHaveLength(1800);
    // all but two chats differ in their last turn alone, which is the assistant's
    expect(pairs.filter(({ chosen, rejected }) => chosen.length === 1 && rejected.length === 1)).toHaveLength(1798);
    const last = (side: unknown) => (side as { role: string }[]).at(-1)!.role;
    expect(pairs.every(({ chosen, rejected }) => last(chosen) === 'assistant' && last(rejected) === 'assistant')).toBe(
      true,
    );
  });
});
