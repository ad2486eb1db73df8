import { generate } from '@ashlar/generation';
import { Tokenizer, trainBpe } from '@ashlar/tokenizer';
import { Gpt2 } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import { trainingOptimizer } from '../../models.js';
import { trainingStep } from '../../training-step.js';
import { mergesOf } from '../../works/merges.js';
import type { Case, Check, Task } from '../case.js';
import { gpt64 } from '../gpt64.js';
import { compare } from '../host.js';

/** Another model's losses are further off than this, and another rounding's are not. */
const LOSS_TOLERANCE = 1e-3;
/** In logits, which are within about 1 of zero here. */
const LOGIT_TOLERANCE = 1e-4;
/** Losses that are compared. */
export const COMPARED_LOSSES = 3;

/** What a library came to, as far as it says. */
export interface Outcome {
  values: readonly (number | string)[];
  /** After all tokens but the last. */
  logits?: readonly number[];
}

/** How outcomes of a case are judged. The suite has compared Ashlar with float64 in this process before. */
export interface Judge {
  /** The ids that follow a prompt. */
  ids?: number[];
  check(outcome: Outcome): Promise<Check>;
  dispose(): void;
}

/** Every value must be the very same. */
function same(reference: string, values: Outcome['values'], expected: ArrayLike<number | string>): Check {
  let mistakes = Math.abs(values.length - expected.length);
  for (let i = 0; i < Math.min(values.length, expected.length); i++) if (values[i] !== expected[i]) mistakes++;
  return { reference, maxAbs: mistakes, maxRel: mistakes / (expected.length || 1), tolerance: 0, pass: mistakes === 0 };
}

const fixed = (check: (outcome: Outcome) => Check): Judge => ({
  check: (outcome) => Promise.resolve(check(outcome)),
  dispose: () => {},
});

/** What a case must come to, on the backend in use. */
export async function judgeOf(one: Case, task: Task): Promise<Judge> {
  if (task.kind === 'product') {
    const prepared = await one.prepare();
    return {
      async check({ values }) {
        const output = tf.tensor1d(values as number[]);
        const check = await prepared.check([output]);
        output.dispose();
        return check;
      },
      dispose: () => prepared.dispose(),
    };
  }
  if (task.kind === 'encode') {
    const ids = Tokenizer.fromJSON(task.tokenizer).encode(task.text);
    return fixed(({ values }) => same("the ids of Ashlar in the suite's process", values, ids));
  }
  if (task.kind === 'train-bpe') {
    const merges = mergesOf(trainBpe(task.text, { vocabSize: task.vocabSize }).toJSON()).map((pair) => pair.join(' '));
    return fixed(({ values }) => same("the merges of Ashlar in the suite's process", values, merges));
  }
  const { shape, seed } = task;
  const model = new Gpt2({ ...shape.model, activation: 'gelu_new' }, { seed });
  try {
    if (task.kind === 'train') {
      const { step, dispose } = trainingStep(model, shape.batchSize, trainingOptimizer);
      const batch = { inputIds: task.ids.slice(0, -1), targets: task.ids.slice(1) };
      const losses: number[] = [];
      for (let i = 0; i < COMPARED_LOSSES; i++) losses.push(await step(batch, task.learningRate));
      dispose();
      const reference = `the first ${COMPARED_LOSSES} losses of Ashlar in the suite's process`;
      return fixed(({ values }) => compare(reference, [[values as number[], losses]], LOSS_TOLERANCE));
    }
    const ids: number[] = [];
    const options = { maxNewTokens: task.tokens + 1, temperature: 0 };
    for await (const { id } of generate(model, [...task.prompt], options)) ids.push(id);
    const all = await gpt64(model, [...task.prompt, ...ids.slice(0, -1)]);
    const last = all.subarray(all.length - shape.model.vocabSize);
    const judge = fixed(({ values, logits }) => {
      const equal = same("the ids of Ashlar in the suite's process", values, ids);
      return equal.pass && logits
        ? compare('the same ids, and logits in float64', [[logits, last]], LOGIT_TOLERANCE)
        : equal;
    });
    return { ...judge, ids };
  } finally {
    model.dispose();
  }
}
