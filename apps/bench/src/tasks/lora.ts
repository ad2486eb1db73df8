import { createHash } from 'node:crypto';
import { applyLora, loraParameters, removeLora } from '@ashlar/lora';
import { loadCorpus } from '@ashlar/data/node';
import { hostStateDict, loadStateDict, numParameters, parameters } from '@ashlar/nn';
import { crossEntropy, useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { AdamW } from '@ashlar/optim';
import type { Tokenizer } from '@ashlar/tokenizer';
import * as tf from '@tensorflow/tfjs-core';
import { bandOf, describeBand, isWithin, mean } from './band.js';
import { readBand } from './files.js';
import type { Task } from './task.js';
import { ROW_LENGTH, sharedStart, trainOnText, type TaskModel } from './task-model.js';

const LENGTH = 400_000;
const HELD_OUT = 40_000;
const SHAKESPEARE_END = 100_000;
const STEPS = 300;
const ALPHA = 16;

interface Losses {
  newText: number;
  shakespeare: number;
}

/** What PyTorch got (tooling/reference/lora_task.py). */
interface Reference {
  versions: Record<string, string>;
  /** Of the weights that all runs start from. */
  modelSha256: string;
  newTextSha256: string;
  starts: { newText: number[]; shakespeare: number[] };
  seeds: number[];
  before: Losses;
  runs: Record<string, { settings: { rate: number; rank?: number; only?: string }; trainable: number } & Record<keyof Losses, number[]>>; // prettier-ignore
}

/** Conversations of hh-rlhf in the characters of Tiny Shakespeare. */
async function newText(tokenizer: Tokenizer, { newTextSha256 }: Reference): Promise<string> {
  const lines = (await loadCorpus('hh-rlhf-harmless-1800')).split('\n').filter(Boolean);
  const text = lines.map((line) => (JSON.parse(line) as { chosen: string }).chosen).join('\n');
  const known = [...text].filter((character) => tokenizer.tokenToId(character) !== undefined);
  const cut = known.slice(0, LENGTH).join('');
  const sha256 = createHash('sha256').update(cut).digest('hex');
  if (sha256 !== newTextSha256) throw new Error(`the new text's SHA-256 is ${sha256}, not the reference's`);
  return cut;
}

/** Mean loss over the rows of `ids` that start there. */
function lossOf(model: TaskModel, ids: ArrayLike<number>, starts: readonly number[]): number {
  const rows = (shift: number) =>
    starts.map((start) => Array.from({ length: ROW_LENGTH }, (_, i) => ids[start + shift + i]!));
  return tf.tidy(() => {
    const [inputs, targets] = [0, 1].map((shift) => tf.tensor2d(rows(shift), undefined, 'int32'));
    return tf.mean(crossEntropy(model.forward(inputs!), targets!)).dataSync()[0]!;
  });
}

/** LoRA against full fine-tuning on another text, in sizes: how close do adapters come, and how much is forgotten. */
export const lora: Task = {
  description: 'fine-tuning on another text, whole and by adapters of several sizes',
  async run({ seeds, say }) {
    const reference = readBand<Reference>('lora');
    await useBackend(wasm());
    const found: Record<string, { trainable: number; newText: number[]; shakespeare: number[] }> = {};
    say('pretraining');
    const { model, tokenizer, text } = await sharedStart('lora', reference);
    const ids = tokenizer.encode(await newText(tokenizer, reference));
    const exams = {
      newText: ids.slice(-HELD_OUT),
      shakespeare: tokenizer.encode(text.slice(-SHAKESPEARE_END)),
    };
    const losses = (): Losses => ({
      newText: lossOf(model, exams.newText, reference.starts.newText),
      shakespeare: lossOf(model, exams.shakespeare, reference.starts.shakespeare),
    });
    const before = losses();
    const base = await hostStateDict(model);
    for (let seed = 0; seed < seeds; seed++) {
      say(`seed ${seed}`);
      for (const [name, { settings }] of Object.entries(reference.runs)) {
        const { rate, rank, only } = settings;
        if (rank) applyLora(model, { rank, alpha: ALPHA, targetModules: only ? [only] : 'all-linear', seed });
        const weights = rank ? loraParameters(model) : parameters(model);
        const run = (found[name] ??= { trainable: numParameters(model), newText: [], shakespeare: [] });
        const optimizer = new AdamW(weights, { betas: [0.9, 0.999], weightDecay: 0 });
        const schedule = () => rate;
        await trainOnText(ids.slice(0, -HELD_OUT), seed, { model, optimizer, steps: STEPS, schedule, maxGradNorm: 1 });
        const after = losses();
        run.newText.push(after.newText);
        run.shakespeare.push(after.shakespeare);
        say(`  ${name}: ${after.newText.toFixed(4)}, Shakespeare ${after.shakespeare.toFixed(4)}`);
        optimizer.dispose();
        if (rank) removeLora(model);
        loadStateDict(model, base);
      }
    }
    model.dispose();
    return {
      text: table(found, reference),
      result: {
        seeds,
        before,
        runs: found,
        reference: { seeds: reference.seeds.length, versions: reference.versions },
      },
      misses: missesOf(found, reference),
    };
  },
};

type Found = Record<string, { trainable: number } & Record<keyof Losses, number[]>>;

function table(found: Found, reference: Reference): string {
  const rows = Object.entries(found).map(([name, { trainable, newText, shakespeare }]) => {
    const { settings, ...theirs } = reference.runs[name]!;
    const cells = [
      name,
      settings.rate,
      trainable,
      ...[newText, shakespeare].map((values) => values.map((x) => x.toFixed(3)).join(' ')),
    ];
    return `| ${[...cells, describeBand(bandOf(theirs.newText)), describeBand(bandOf(theirs.shakespeare))].join(' | ')} |`;
  });
  return [
    '| run | learning rate | trainable | new text | Shakespeare | PyTorch, new text | PyTorch, Shakespeare |',
    '| --- | ---: | ---: | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** Each seed and run must be in the band, and on average full < r8 < r2. */
function missesOf(found: Found, reference: Reference): string[] {
  const misses = Object.entries(found).flatMap(([name, run]) =>
    (['newText', 'shakespeare'] as const).flatMap((text) => {
      const band = bandOf(reference.runs[name]![text]);
      const outside = run[text].filter((value) => !isWithin(band, value));
      return outside.map(
        (value) => `${name}: the loss on ${text} is ${value.toFixed(4)}, outside ${describeBand(band)}`,
      );
    }),
  );
  const order = ['full', 'all:8', 'all:2'].map((name) => mean(found[name]!.newText));
  if (!(order[0]! < order[1]! && order[1]! < order[2]!))
    misses.push(`full, all:8 and all:2 are not in this order: ${order.map((x) => x.toFixed(4)).join(', ')}`);
  return misses;
}
