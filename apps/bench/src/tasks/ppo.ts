import { loadStateDict, stateDict, withoutInit } from '@ashlar/nn';
import { RandomStream, useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { ppo as optimize } from '@ashlar/ppo';
import { Gpt2WithScore } from '@ashlar/transformer';
import { median } from '../statistics.js';
import { bandOf, describeBand, isWithin } from './band.js';
import { readBand } from './files.js';
import { sharedStart, TaskModel } from './task-model.js';
import type { Task } from './task.js';

const PROMPT_LENGTH = 16;
const RESPONSE_LENGTH = 32;
const BATCH = 64;

const metrics = ['score', 'kl', 'entropy'] as const;
type Figures = Record<(typeof metrics)[number], number>;
/** The values of all seeds in the last iteration. */
type Outcomes = Record<keyof Figures, number[]>;

/** What PyTorch got (tooling/reference/ppo_task.py), by coefficient of the KL divergence. */
interface Reference {
  /** Of the weights that all runs start from. */
  modelSha256: string;
  versions: Record<string, string>;
  seeds: number[];
  iterations: number;
  runs: Record<string, Outcomes>;
}

interface Learning {
  coefficient: number;
  seed: number;
  iterations: number;
}

/** PPO from a pretrained model: ten times the share of `letter` is the reward. The figures of all iterations. */
async function learn(
  base: TaskModel,
  ids: readonly number[],
  letter: number,
  { coefficient, seed, iterations }: Learning,
): Promise<(Figures & { seconds: number })[]> {
  using policy = withoutInit(() => new TaskModel(base.config.vocabSize, { seed }));
  loadStateDict(policy, stateDict(base));
  using value = Gpt2WithScore.fromGpt2(base.transformer, { std: 0 });
  const starts = new RandomStream(seed, 'prompts');
  const prompt = (index: number) => {
    const start = Math.floor(starts.uniform(index) * (ids.length - PROMPT_LENGTH));
    return ids.slice(start, start + PROMPT_LENGTH);
  };
  const found: (Figures & { seconds: number })[] = [];
  const events = optimize({
    policy,
    reference: base,
    value,
    prompts: (iteration) => Array.from({ length: BATCH }, (_, row) => prompt(iteration * BATCH + row)),
    reward: (samples) =>
      samples.map(({ completion }) => (10 * completion.filter((id) => id === letter).length) / completion.length),
    // a text has no end
    eosTokenId: -1,
    padTokenId: 0,
    missingEosPenalty: 0,
    iterations,
    maxNewTokens: RESPONSE_LENGTH,
    temperature: 1,
    schedule: () => 2e-4,
    maxGradNorm: null,
    kl: { coefficient },
    seed,
  });
  for await (const event of events) {
    if (event.type !== 'step') continue;
    const { 'objective/scores': score, 'objective/kl': kl, 'policy/entropy_avg': entropy } = event.metrics;
    found.push({ score: score!, kl: kl!, entropy: entropy!, seconds: event.milliseconds / 1000 });
  }
  return found;
}

/** PPO makes a model write a letter, more of it the cheaper it is to leave the model it comes from. */
export const ppo: Task = {
  description: "PPO towards text full of 'e', with a cheap and a dear KL divergence",
  seeds: 5,
  async run({ seeds, say }) {
    const reference = readBand<Reference>('ppo');
    const { iterations } = reference;
    await useBackend(wasm());
    const coefficients = Object.keys(reference.runs);
    const empty = () => Object.fromEntries(metrics.map((metric) => [metric, [] as number[]])) as Outcomes;
    const runs = Object.fromEntries(coefficients.map((coefficient) => [coefficient, empty()]));
    const misses: string[] = [];
    const seconds: number[] = [];
    const { model, tokenizer, text } = await sharedStart('ppo', reference);
    const [ids, letter] = [tokenizer.encode(text), tokenizer.tokenToId('e')!];
    for (let seed = 0; seed < seeds; seed++) {
      for (const coefficient of coefficients) {
        const found = await learn(model, ids, letter, { coefficient: Number(coefficient), seed, iterations });
        const [first, last] = [found[0]!, found.at(-1)!];
        if (first.kl !== 0) misses.push(`seed ${seed}: the divergence begins at ${first.kl}, not at 0`);
        for (const metric of metrics) runs[coefficient]![metric].push(last[metric]);
        seconds.push(...found.map((one) => one.seconds));
        const figures = metrics.map((metric) => `${metric} ${last[metric].toFixed(3)}`).join(', ');
        say(`seed ${seed}, coefficient ${coefficient}: ${figures}`);
      }
    }
    model.dispose();
    for (const coefficient of coefficients)
      misses.push(...missesOf(coefficient, runs[coefficient]!, reference.runs[coefficient]!));
    const secondsPerIteration = median(seconds);
    return {
      text: `${table(runs, reference)}\n\nAn iteration takes ${secondsPerIteration.toFixed(2)} s (median).`,
      result: {
        seeds,
        iterations,
        runs,
        secondsPerIteration,
        reference: { seeds: reference.seeds.length, versions: reference.versions },
      },
      misses,
    };
  },
};

function table(runs: Record<string, Outcomes>, reference: Reference): string {
  const rows = Object.entries(runs).flatMap(([coefficient, found]) =>
    metrics.map((metric) => {
      const [ours, theirs] = [found[metric], bandOf(reference.runs[coefficient]![metric])];
      return `| ${[coefficient, metric, ours.map((value) => value.toFixed(2)).join(' '), describeBand(theirs)].join(' | ')} |`;
    }),
  );
  return ['| coefficient | metric | seeds | PyTorch |', '| ---: | --- | --- | --- |', ...rows].join('\n');
}

/** One seed in five may be outside of PyTorch's band. */
function missesOf(coefficient: string, found: Outcomes, reference: Outcomes): string[] {
  return metrics.flatMap((metric) => {
    const band = bandOf(reference[metric]);
    const outside = found[metric].filter((value) => !isWithin(band, value));
    if (5 * outside.length <= found[metric].length) return [];
    const values = outside.map((value) => value.toFixed(3)).join(', ');
    return `coefficient ${coefficient}: ${metric} ${values} outside ${describeBand(band)}`;
  });
}
