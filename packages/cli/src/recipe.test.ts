import { stageNames } from '@ashlar/recipe';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { captured, spawned, temporaryFolder } from '../test/captured.js';
import { expectSameFiles, filesOf } from '../test/files-of.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const training = (steps: number) => ({ training: { steps, evaluateEvery: 4, batchSize: 4 } });
/** The whole recipe in seconds; nothing is learnt. */
const tiny = {
  world: { stories: 200, demonstrations: 200, preferences: 200, questions: 60, heldOut: 24 },
  tokenizer: { vocabSize: 400 },
  model: { hiddenSize: 16, numLayers: 1, numHeads: 2, contextLength: 128 },
  pretrain: { ...training(8), samples: { maxNewTokens: 8 } },
  sft: training(8),
  lora: { rank: 2, ...training(4) },
  reward: training(4),
  ppo: { iterations: 4, batchSize: 4, minibatchSize: 4, maxNewTokens: 6, scaleQuestions: 8, checkpointEvery: 1 },
  report: { questions: 8, shown: 2, maxNewTokens: 8 },
};
const recipe = (out: string, ...more: string[]) => ['recipe', '--config', 'tiny.json', '--out', out, ...more];

/** What does not vary between equal runs: models, adapters, metrics, states; not times. */
const lasting = (run: string) =>
  filesOf(at(run), (path) => !/timings\.jsonl|stage\.json|report\.|size-loss\.svg/.test(path));

let whole: { code: number | null; out: string; err: string };
beforeAll(async () => {
  writeFileSync(at('tiny.json'), JSON.stringify(tiny));
  whole = await spawned(recipe('whole', '--json'), folder);
  expect(whole.code, whole.err).toBe(0);
}, 120_000);

describe('the recipe', { timeout: 240_000 }, () => {
  it('shows its stages and ends with a line of JSON', () => {
    for (const [i, stage] of stageNames.entries()) expect(whole.err).toContain(`\n[${i + 1}/7] ${stage}: `);
    expect(whole.err).toMatch(/iteration 4\/4 {2}reward -?\d+\.\d\d {2}KL -?\d+\.\d\d nats/);
    expect(whole.err).toMatch(/model +right answers +true reward +tokens +distinct-2\n/);
    expect(whole.out).toMatch(/^\{.*\}\n$/);
    const result = JSON.parse(whole.out) as Record<string, unknown>;
    expect(Object.keys(result)).toEqual([
      ...['stages', 'exact', 'trueReward', 'distinct2', 'rewardAccuracy', 'kl', 'seconds', 'reportPath'],
    ]);
    expect(result).toMatchObject({ stages: [...stageNames], exact: expect.any(Number) as number });
    expect(result['reportPath']).toBe(join('whole', 'report.md'));
    expect(readFileSync(at('whole/report.md'), 'utf8')).toContain('# From the story world to a model that answers');
  });

  it('killed in the middle of stages and resumed leaves the same bytes', async () => {
    const moments = ['step 4/8', '[4/7] lora', 'iteration 2/4', '[7/7]'];
    for (const [i, moment] of moments.entries()) {
      const { code, err } = await spawned(recipe('killed', ...(i > 0 ? ['--resume'] : [])), folder, (said, send) => {
        if (said.includes(moment)) setTimeout(() => send('SIGKILL'), 5 * i);
      });
      expect(code, err).toBeNull();
    }
    const { code, out } = await spawned(recipe('killed', '--resume'), folder);
    expect(code).toBe(0);
    expect(out).toContain('\nsft is finished: held-out loss');
    expectSameFiles(lasting('killed'), lasting('whole'));
  });

  it('interrupted ends after its step, and goes on with --resume', async () => {
    const stopped = await spawned(recipe('stopped', '--json'), folder, (said, send) => {
      if (said.includes('iteration 1/4')) send('SIGINT');
    });
    expect(stopped.code).toBe(130);
    expect(stopped.err).toMatch(/stopped: the same command with --resume goes on\n$/);
    expect(JSON.parse(stopped.out)).toMatchObject({
      stages: ['tokenizer', 'pretrain', 'sft', 'lora', 'reward'],
      reportPath: null,
    });
    expect(await spawned(recipe('stopped', '--resume'), folder)).toMatchObject({ code: 0 });
    expectSameFiles(lasting('stopped'), lasting('whole'));
  });

  it('does a part of the way, and more of it later', async () => {
    const part = ['recipe', '--config', at('tiny.json'), '--out', at('part')];
    expect(await captured(...part, '--stages', 'tokenizer,pretrain')).toMatchObject({ code: 0 });
    expect(existsSync(at('part/sft'))).toBe(false);
    const { code, out } = await captured(...part, '--stages', 'sft', '--resume');
    expect(code).toBe(0);
    expect(out).toContain('[1/1] sft: ');
  });

  it('learns a text of one’s own and says what that means', async () => {
    writeFileSync(at('own.txt'), 'The slithy toves did gyre and gimble in the wabe. '.repeat(200));
    const own = ['recipe', '--config', at('tiny.json'), '--text', at('own.txt'), '--stages', 'tokenizer,pretrain'];
    const { code, out } = await captured(...own, '--out', at('own'));
    expect(code).toBe(0);
    expect(out).toContain('Your text alone teaches to go on with it.');
  });

  describe('with rows of one’s own that are too long', () => {
    const long = 'where is it? '.repeat(60);
    const answers = (...prompts: string[]) =>
      prompts.map((prompt) => JSON.stringify({ prompt, completion: ' There.' })).join('\n');
    const pairs = (...prompts: string[]) =>
      prompts.map((prompt) => JSON.stringify({ prompt, chosen: ' There.', rejected: ' No.' })).join('\n');
    const short = ['Where?', 'Who?', 'When?', 'What?', 'Why?'];
    const own = async (rows: string, preferences: string) => {
      writeFileSync(at('own.txt'), 'The slithy toves did gyre and gimble in the wabe. '.repeat(200));
      writeFileSync(at('answers.jsonl'), rows);
      writeFileSync(at('pairs.jsonl'), preferences);
      writeFileSync(at('long.json'), JSON.stringify({ ...tiny, ppo: { ...tiny.ppo, maxNewTokens: 110 } }));
      const files = ['--text', at('own.txt'), '--sft', at('answers.jsonl'), '--preferences', at('pairs.jsonl')];
      return captured('recipe', '--config', at('long.json'), ...files, '--out', at('long'), '--overwrite');
    };

    it.each([
      [
        'rows',
        answers(...short.map((question) => long + question)),
        pairs(...short),
        /answers\.jsonl, line 1: nothing of the answer is left/,
      ],
      ['pairs', answers(...short), pairs(long, long, long), /pairs\.jsonl, line 1: one of its answers ends beyond/],
      [
        'questions',
        answers(
          ...short.map((_, i) => String.fromCodePoint(...Array.from({ length: 20 }, (_, j) => 0x4e00 + 20 * i + j))),
        ),
        pairs(...short),
        /answers\.jsonl, line 1: its question of \d+ tokens leaves less than the 110 of an answer in a context of 128/,
      ],
    ])('all %s: ends before anything is trained, with file and line', async (_what, rows, preferences, sentence) => {
      const { code, err } = await own(rows, preferences);
      expect(code).toBe(1);
      expect(err).toMatch(sentence);
      expect(err).toMatch(/^ashlar: [^\n]+ none fits: give shorter ones, or a larger model\.contextLength\n$/);
      expect(existsSync(at('long/pretrain'))).toBe(false);
    });

    it('some of them: says which are left out, and goes on', async () => {
      const { code, out } = await own(answers('Where?', long, ...short.slice(1)), pairs(...short, long, 'How?'));
      expect(code).toBe(0);
      expect(out).toMatch(/1 of \d rows to learn from are left out; \S*answers\.jsonl, line 2: nothing of the answer/);
      expect(out).toMatch(/1 of \d pairs to learn from are left out; \S*pairs\.jsonl, line 6: one of its answers/);
    });
  });

  it.each<[what: string, argv: string[], sentence: string | RegExp]>([
    ['rows without a text', ['--sft', 'rows.jsonl'], '--sft and --preferences go with a --text'],
    ['a stage that is none', ['--stages', 'sftt'], 'no stage is called "sftt"; there are tokenizer, pretrain,'],
    ['a stage without what it needs', ['--stages', 'ppo'], 'the stage ppo needs sft, which is neither chosen nor'],
    ['a run that is not there', ['--resume'], 'holds no run to resume'],
    ['a run that is there', ['--out', 'whole'], 'holds a run already: --resume continues it, --overwrite replaces it'],
    [
      'another config',
      ['--out', 'whole', '--resume', '--seed', '3'],
      'was made with other settings and cannot be resumed',
    ],
    ['an unknown setting', ['--config', 'wrong.json'], 'config: sft.lr is no setting'],
  ])('%s gets one sentence and a failure', async (_what, argv, sentence) => {
    writeFileSync(at('wrong.json'), '{"sft": {"lr": 1}}');
    const paths = argv.map((word) => (/^whole$|\./.test(word) ? at(word) : word));
    const { code, out, err } = await captured('recipe', '--config', at('tiny.json'), '--out', at('none'), ...paths);
    expect(code).toBe(1);
    expect(err).toMatch(sentence);
    expect(err).toMatch(/^ashlar: [^\n]+\n$/);
    expect(out).toBe('');
    expect(existsSync(at('none'))).toBe(false);
  });
});
