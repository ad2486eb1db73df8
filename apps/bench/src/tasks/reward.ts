import { PreferenceDataset, type PreferenceExample } from '@ashlar/data';
import { rollout } from '@ashlar/generation';
import { parameters } from '@ashlar/nn';
import { RandomStream, useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { AdamW } from '@ashlar/optim';
import { pairBatch, rewardObjective } from '@ashlar/reward-model';
import { evaluate, train } from '@ashlar/trainer';
import { Gpt2WithScore } from '@ashlar/transformer';
import { bandOf, describeBand, isWithin } from './band.js';
import { readBand } from './files.js';
import { pretrained, type TaskModel } from './task-model.js';
import type { Task } from './task.js';

const PROMPT_LENGTH = 16;
const RESPONSE_LENGTH = 32;
const PROMPTS = 3000;
const HELD_OUT_PROMPTS = 600;
const ROLLOUT_ROWS = 500;
const BATCH = 32;
const LEARNING_RATE = 3e-4;

const metrics = ['accuracy', 'loss', 'margin'] as const;
type Exam = Record<(typeof metrics)[number], number>;
type Curve = Record<string, Record<keyof Exam, number[]>>;

/** What PyTorch got (tooling/reference/reward_task.py): by step, `0` to `end`, the values of all seeds. */
interface Reference {
  versions: Record<string, string>;
  seeds: number[];
  steps: Curve;
}

/** Two continuations of each prompt, the one with more `letter`s preferred; without ties. */
async function pairsOf(
  model: TaskModel,
  ids: readonly number[],
  { letter, prompts, name, seed }: { letter: number; prompts: number; name: string; seed: number },
): Promise<PreferenceExample[]> {
  const stream = new RandomStream(seed, name);
  const starts = Array.from({ length: prompts }, (_, i) =>
    Math.floor(stream.uniform(i) * (ids.length - PROMPT_LENGTH)),
  );
  const texts = starts.map((start) => ids.slice(start, start + PROMPT_LENGTH));
  const options = { maxNewTokens: RESPONSE_LENGTH, eosTokenId: -1, padTokenId: 0, seed: stream.uint32(prompts) };
  const found: PreferenceExample[] = [];
  for (let firstRow = 0; firstRow < prompts; firstRow += ROLLOUT_ROWS) {
    const rows = texts.slice(firstRow, firstRow + ROLLOUT_ROWS);
    const [a, b] = [
      await rollout(model, rows, { ...options, firstRow, step: 0 }),
      await rollout(model, rows, { ...options, firstRow, step: 1 }),
    ];
    rows.forEach((prompt, i) => {
      const sides = [a, b].map(({ responses }) => ({
        ids: Int32Array.from([...prompt, ...responses[i]!]),
        count: responses[i]!.filter((id) => id === letter).length,
      }));
      const [rejected, chosen] = sides.sort((x, y) => x.count - y.count) as [(typeof sides)[0], (typeof sides)[0]];
      if (chosen.count > rejected.count)
        found.push({ promptLength: PROMPT_LENGTH, chosen: chosen.ids, rejected: rejected.ids, margin: 0 });
    });
  }
  return found;
}

/** One epoch from the pretrained weights; the exam at each step that the reference has. */
async function rewardCurve(
  seed: number,
  steps: readonly string[],
): Promise<{ pairs: number[]; exams: Map<string, Exam> }> {
  const { model: base, tokenizer, text } = await pretrained({ seed });
  const ids = tokenizer.encode(text);
  const letter = tokenizer.tokenToId('e')!;
  const [training, heldOut] = [
    new PreferenceDataset(await pairsOf(base, ids, { letter, prompts: PROMPTS, name: 'pairs', seed }), {
      padTokenId: 0,
    }),
    new PreferenceDataset(await pairsOf(base, ids, { letter, prompts: HELD_OUT_PROMPTS, name: 'held out', seed }), {
      padTokenId: 0,
    }),
  ];
  const model = Gpt2WithScore.fromGpt2(base.transformer, { seed });
  base.dispose();
  const objective = rewardObjective();
  const exams = new Map<string, Exam>();
  const note = async (step: string) => {
    const found = (await evaluate(model, objective, [...heldOut.evaluationBatches(100)].map(pairBatch)))!;
    exams.set(step, { accuracy: found.metrics['accuracy']!, loss: found.loss, margin: found.metrics['margin']! });
  };

  // torch's AdamW as it comes
  const optimizer = new AdamW(parameters(model), { betas: [0.9, 0.999], weightDecay: 0.01, decay: () => true });
  await note('0');
  const epoch = train({
    model,
    objective,
    optimizer,
    steps: Math.ceil(training.size / BATCH),
    schedule: () => LEARNING_RATE,
    maxGradNorm: null,
    batches: (step) => [pairBatch(training.batch(step, BATCH, seed))],
  });
  for await (const event of epoch)
    if (event.type === 'step' && steps.includes(String(event.step))) await note(String(event.step));
  await note('end');
  optimizer.dispose();
  model.dispose();
  return { pairs: [training.size, heldOut.size], exams };
}

/** A reward model from pairs whose true preference is known: it is right more and more often within one epoch. */
export const reward: Task = {
  description: "a reward model from pairs ranked by how often 'e' stands in them",
  async run({ seeds, say }) {
    const reference = readBand<Reference>('reward');
    await useBackend(wasm());
    const names = Object.keys(reference.steps);
    const empty = () => Object.fromEntries(metrics.map((metric) => [metric, [] as number[]])) as Curve[string];
    const steps: Curve = Object.fromEntries(names.map((name) => [name, empty()]));
    const pairs: number[][] = [];
    for (let seed = 0; seed < seeds; seed++) {
      const run = await rewardCurve(seed, names);
      pairs.push(run.pairs);
      for (const [name, exam] of run.exams) for (const metric of metrics) steps[name]![metric].push(exam[metric]);
      const accuracies = names.map((name) => `${name}: ${steps[name]!.accuracy.at(-1)!.toFixed(3)}`);
      say(`seed ${seed}: ${run.pairs.join(' + ')} pairs, accuracy ${accuracies.join(', ')}`);
    }
    return {
      text: table(steps, reference),
      result: { seeds, pairs, steps, reference: { seeds: reference.seeds.length, versions: reference.versions } },
      misses: missesOf(steps.end!, reference.steps.end!),
    };
  },
};

function table(steps: Curve, reference: Reference): string {
  const rows = Object.entries(steps).map(([name, exams]) => {
    const ours = metrics.map((metric) => exams[metric].map((value) => value.toFixed(3)).join(' '));
    const theirs = metrics.map((metric) => describeBand(bandOf(reference.steps[name]![metric])));
    return `| ${[name, ...ours, ...theirs].join(' | ')} |`;
  });
  const titles = ['step', ...metrics, ...metrics.map((metric) => `PyTorch, ${metric}`)];
  return [`| ${titles.join(' | ')} |`, `| ---: |${' --- |'.repeat(6)}`, ...rows].join('\n');
}

/** After one epoch. */
function missesOf(found: Curve[string], reference: Curve[string]): string[] {
  return metrics.flatMap((metric) => {
    const band = bandOf(reference[metric]);
    const outside = found[metric].filter((value) => !isWithin(band, value));
    return outside.map((value) => `the ${metric} at the end is ${value.toFixed(4)}, outside ${describeBand(band)}`);
  });
}
