import { jabberwocky } from '@ashlar/data';
import { parameters, stateDict } from '@ashlar/nn';
import { useBackend } from '@ashlar/ops';
import { cpu } from '@ashlar/ops/cpu';
import { Gpt2, gpt2Presets } from '@ashlar/transformer';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { captured, temporaryFolder, type Captured } from '../test/captured.js';
import { parameterRows } from './parameter-rows.js';

const folder = temporaryFolder();
const [poem, run, tokenizer] = ['poem.txt', 'run', 'tokenizer'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
writeFileSync(poem, jabberwocky);

/** The only line of standard output, as JSON. */
function resultOf({ code, out }: Captured): Record<string, unknown> {
  expect(code).toBe(0);
  expect(out).toMatch(/^\{.*\}\n$/);
  return JSON.parse(out) as Record<string, unknown>;
}

describe('the last line with --json', () => {
  it('of pretrain', async () => {
    const result = resultOf(
      await captured('pretrain', '--text', poem, '--preset', 'nano', '--steps', '20', '--out', run, '--json'),
    );
    expect(Object.keys(result)).toEqual([
      'valLoss',
      'trainLoss',
      'steps',
      'msPerStep',
      'tokensPerSecond',
      'parameters',
    ]);
    expect(result).toMatchObject({ steps: 20, parameters: 27_424 });
    for (const name of ['valLoss', 'trainLoss']) expect(result[name]).toBeLessThan(Math.log(45));
    const { msPerStep, tokensPerSecond } = result as Record<string, number>;
    expect(msPerStep! * tokensPerSecond!).toBeCloseTo(1000 * 16 * 16, 3);
  });

  it('of generate', async () => {
    const generate = [
      'generate',
      '--model',
      run,
      '--prompt',
      'Twas',
      '--max-new-tokens',
      '9',
      '--temperature',
      '0',
      '--json',
    ];
    const result = resultOf(await captured(...generate));
    expect(Object.keys(result)).toEqual(['text', 'tokens', 'tokensPerSecond']);
    expect(result).toMatchObject({ text: expect.stringMatching(/^Twas[^]{9}$/) as string, tokens: 9 });
    expect(resultOf(await captured(...generate))['text']).toBe(result['text']);
  });

  it('of eval', async () => {
    const result = resultOf(await captured('eval', '--model', run, '--text', poem, '--json'));
    expect(Object.keys(result)).toEqual(['loss', 'perplexity', 'bitsPerByte']);
    const { loss, perplexity, bitsPerByte } = result as Record<string, number>;
    expect(perplexity).toBeCloseTo(Math.exp(loss!), 9);
    expect(bitsPerByte).toBeCloseTo(loss! / Math.LN2, 9);
  });

  it('of train-tokenizer and tokenize', async () => {
    const trained = await captured(
      'train-tokenizer',
      '--text',
      poem,
      '--vocab-size',
      '300',
      '--out',
      tokenizer,
      '--json',
    );
    expect(resultOf(trained)).toMatchObject({ vocabSize: 300 });
    const result = resultOf(await captured('tokenize', '--tokenizer', tokenizer, '--text', 'the toves', '--json'));
    expect(Object.keys(result)).toEqual(['ids', 'tokens']);
    expect((result['tokens'] as string[]).join('')).toBe('theĠtoves');
    expect(result['ids']).toHaveLength((result['tokens'] as string[]).length);
  });

  it('of inspect and doctor', async () => {
    const small = await captured('inspect', '--preset', 'nano');
    expect(small.out).toContain('The model holds 28.1 thousand.');
    expect(small.out).not.toMatch(/[+-]0\.0/);
    expect(resultOf(await captured('inspect', '--preset', 'gpt2', '--json'))).toMatchObject({
      parameters: 124_439_808,
    });
    const { parameters, memory } = resultOf(
      await captured('inspect', '--preset', 'nano', '--batch-size', '4', '--json'),
    );
    expect(memory).toMatchObject({ parameters: 4 * Number(parameters), optimizer: 8 * Number(parameters) });
    const shown = await captured('inspect', '--preset', 'gpt2', '--batch-size', '64', '--gradient-checkpointing');
    expect(shown.out).toMatch(/Training in steps of 64 x 1,024 tokens with gradient checkpointing/);
    expect(shown.out).toMatch(/in all +[\d,]+ MB\nwasm can hold 4,\d{3} MB: it does not fit/);
    const report = resultOf(await captured('doctor', '--json'));
    expect(report).toMatchObject({ ready: true, backends: { wasm: { works: true }, cpu: { works: true } } });
  });
});

describe('parameterRows', () => {
  it.each(['nano', 'nanogpt-cpu'] as const)('lists what %s holds', async (name) => {
    await useBackend(cpu());
    using model = new Gpt2(gpt2Presets[name]);
    const rows = parameterRows(gpt2Presets[name]);
    const total = [...parameters(model).values()].reduce((sum, { size }) => sum + size, 0);
    expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(total);
    const state = stateDict(model);
    for (const { path, shape } of rows) expect(state.get(path.replace(/h\.0-\d+/, 'h.0'))!.shape).toEqual(shape);
  });
});
