import { encodePreference, parseJsonLines, PreferenceDataset, type PreferenceExample } from '@ashlar/data';
import { loadCorpus } from '@ashlar/data/node';
import { numParameters, parameters } from '@ashlar/nn';
import { RandomStream, useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { AdamW, cosineWithWarmup } from '@ashlar/optim';
import { pairBatch, rewardObjective, scoreSequences } from '@ashlar/reward-model';
import { trainBpe } from '@ashlar/tokenizer';
import { train } from '@ashlar/trainer';
import { Gpt2, Gpt2WithScore } from '@ashlar/transformer';
import { mean } from './band.js';
import { correlation, shareInterval } from './interval.js';
import { trainOnText } from './task-model.js';
import type { Task } from './task.js';

const CORPUS = 'hh-rlhf-harmless-1800';
const FOLDS = 5;
const END = '<|endoftext|>';
const CONTEXT_LENGTH = 192;
const PRETRAINING = { steps: 500, rowLength: 128, batchSize: 16, learningRate: 2e-3 };
const REWARD = { batchSize: 16, learningRate: 5e-4, weightDecay: 0.1, centerCoefficient: 0.01 };

interface Pair extends PreferenceExample {
  /** Characters by which the chosen answer is longer. */
  longerBy: number;
  /** Characters of each side. */
  characters: { chosen: number; rejected: number };
}

/** Pairs as ids; of what is longer than the context, the start of what both begin with is left out, then the end. */
function encoded(
  rows: readonly { chosen: string; rejected: string }[],
  tokenizer: ReturnType<typeof trainBpe>,
): Pair[] {
  const eosTokenId = tokenizer.tokenToId(END)!;
  return rows.flatMap(({ chosen, rejected }) => {
    const example = encodePreference({ chosen, rejected }, { tokenizer, eosTokenId, maxLength: 100_000 });
    if (!example) return [];
    const over = Math.max(example.chosen.length, example.rejected.length) - CONTEXT_LENGTH;
    const cut = Math.max(0, Math.min(over, example.promptLength - 1));
    const characters = { chosen: chosen.length, rejected: rejected.length };
    return {
      ...example,
      chosen: example.chosen.slice(cut, cut + CONTEXT_LENGTH),
      rejected: example.rejected.slice(cut, cut + CONTEXT_LENGTH),
      promptLength: example.promptLength - cut,
      longerBy: chosen.length - rejected.length,
      characters,
    };
  });
}

/** One epoch over the pairs from the weights of `base`. */
async function rewardModel(base: Gpt2, pairs: readonly Pair[], seed: number): Promise<Gpt2WithScore> {
  const { batchSize, learningRate, weightDecay, centerCoefficient } = REWARD;
  const model = Gpt2WithScore.fromGpt2(base, { seed });
  const optimizer = new AdamW(parameters(model), { betas: [0.9, 0.999], weightDecay });
  const data = new PreferenceDataset(pairs, { padTokenId: 0 });
  const steps = Math.ceil(data.size / batchSize);
  const schedule = cosineWithWarmup({ learningRate, warmupSteps: Math.round(steps / 10), totalSteps: steps });
  const batches = (step: number) => [pairBatch(data.batch(step, batchSize, seed))];
  const objective = rewardObjective({ centerCoefficient });
  for await (const event of train({ model, objective, optimizer, steps, schedule, batches })) void event;
  optimizer.dispose();
  return model;
}

interface Outcome {
  right: number;
  count: number;
  /** Of score and characters, over all sides. */
  scoreAndLength: number;
  /** Of the lead in score and the lead in characters, over pairs. */
  leads: number;
}

async function examined(model: Gpt2WithScore, pairs: readonly Pair[]): Promise<Outcome> {
  const [chosen, rejected] = [
    await scoreSequences(
      model,
      pairs.map((pair) => pair.chosen),
    ),
    await scoreSequences(
      model,
      pairs.map((pair) => pair.rejected),
    ),
  ];
  const lead = pairs.map((_, i) => chosen[i]! - rejected[i]!);
  const lengths = (['chosen', 'rejected'] as const).flatMap((side) => pairs.map(({ characters }) => characters[side]));
  return {
    right: lead.filter((by) => by > 0).length,
    count: pairs.length,
    scoreAndLength: correlation([...chosen, ...rejected], lengths),
    leads: correlation(
      lead,
      pairs.map(({ longerBy }) => longerBy),
    ),
  };
}

/** What people preferred, where the truth is not known: does the model see more than length? */
export const hhRlhf: Task = {
  description: 'a reward model from 1,800 pairs of hh-rlhf, in five folds, beside "the longer one wins"',
  seeds: 1,
  async run({ seeds, say }) {
    await useBackend(wasm());
    const rows = parseJsonLines(await loadCorpus(CORPUS), { name: CORPUS }) as { chosen: string; rejected: string }[];
    // both sides of every pair, held out or not: which of the two was preferred is not in there
    const texts = rows.flatMap(({ chosen, rejected }) => [chosen, rejected]);
    const tokenizer = trainBpe(texts, { vocabSize: 1024, specialTokens: [END] });
    const eosTokenId = tokenizer.tokenToId(END)!;
    const ids = texts.flatMap((text) => [...tokenizer.encode(text), eosTokenId]);
    const pairs = encoded(rows, tokenizer);
    say(`${pairs.length} pairs, ${ids.length} tokens`);

    const sizes = {
      vocabSize: tokenizer.vocabSize,
      contextLength: CONTEXT_LENGTH,
      hiddenSize: 64,
      numLayers: 2,
      numHeads: 4,
    };
    const outcomes: Outcome[] = [];
    let size = 0;
    for (let seed = 0; seed < seeds; seed++) {
      const base = new Gpt2({ ...sizes, initializerRange: 0.1 }, { seed });
      const { learningRate, ...plan } = PRETRAINING;
      const optimizer = new AdamW(parameters(base));
      const schedule = cosineWithWarmup({ learningRate, warmupSteps: 50, totalSteps: plan.steps });
      await trainOnText(ids, seed, { model: base, optimizer, schedule, ...plan });
      optimizer.dispose();
      const random = new RandomStream(seed, 'folds').uniformArray(pairs.length);
      const order = pairs.map((_, i) => i).sort((a, b) => random[a]! - random[b]!);
      for (let fold = 0; fold < FOLDS; fold++) {
        const [training, heldOut] = [false, true].map((inFold) =>
          order.filter((_, i) => (i % FOLDS === fold) === inFold).map((i) => pairs[i]!),
        ) as [Pair[], Pair[]];
        const model = await rewardModel(base, training, seed);
        size = numParameters(model);
        const outcome = await examined(model, heldOut);
        model.dispose();
        outcomes.push(outcome);
        say(`seed ${seed}, fold ${fold}: ${outcome.right} of ${outcome.count} right`);
      }
      base.dispose();
    }

    const total = (key: 'right' | 'count') => outcomes.reduce((sum, outcome) => sum + outcome[key], 0);
    // seeds judge the same pairs, so they make the interval no narrower
    const accuracy = shareInterval(total('right') / seeds, total('count') / seeds);
    const longer = shareInterval(pairs.filter(({ longerBy }) => longerBy > 0).length, pairs.length);
    const shorter = shareInterval(pairs.filter(({ longerBy }) => longerBy < 0).length, pairs.length);
    const correlations = {
      scoreAndLength: mean(outcomes.map(({ scoreAndLength }) => scoreAndLength)),
      leads: mean(outcomes.map(({ leads }) => leads)),
    };
    const row = (name: string, { share, low, high }: typeof accuracy) =>
      `| ${name} | ${[share, low, high].map((x) => x.toFixed(3)).join(' | ')} |`;
    return {
      text: [
        `| which is preferred, ${pairs.length} pairs | right | 95 % from | to |`,
        '| --- | ---: | ---: | ---: |',
        row(`reward model, ${size} parameters`, accuracy),
        row('the longer one wins', longer),
        row('the shorter one wins', shorter),
        '',
        `Correlation of score and length ${correlations.scoreAndLength.toFixed(3)}, of their leads ${correlations.leads.toFixed(3)} (means over folds)`,
      ].join('\n'),
      result: {
        seeds,
        folds: FOLDS,
        pairs: pairs.length,
        parameters: size,
        model: sizes,
        pretraining: PRETRAINING,
        reward: REWARD,
        accuracy,
        longer,
        shorter,
        correlations,
        outcomes,
      },
      misses: [],
    };
  },
};
