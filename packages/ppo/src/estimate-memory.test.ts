import { applyLora, disabled } from '@ashlar/lora';
import { useBackend } from '@ashlar/ops';
import { cpu } from '@ashlar/ops/cpu';
import { peakMemory } from '@ashlar/ops/testing';
import { wasm } from '@ashlar/ops/wasm';
import { copyGpt2, Gpt2, Gpt2WithScore } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { estimatePpoMemory, ppo } from './index.js';

const base = {
  numLayers: 2,
  hiddenSize: 32,
  numHeads: 2,
  contextLength: 64,
  vocabSize: 65,
  prompts: 8,
  minibatchSize: 4,
  promptTokens: 30,
  maxNewTokens: 20,
  /** Rank of adapters; 0 trains the whole policy. */
  rank: 0,
  /** Whether a model judges. */
  judged: true,
};
type Case = typeof base;

const grid: Partial<Case>[] = [
  {},
  { numLayers: 4, prompts: 16, minibatchSize: 16 },
  { hiddenSize: 96, numHeads: 4, prompts: 4, minibatchSize: 1 },
  { vocabSize: 1000 },
  { contextLength: 160, promptTokens: 90, maxNewTokens: 60, minibatchSize: 2 },
  { rank: 4, judged: false },
  // sampling takes most
  { prompts: 64, minibatchSize: 1, contextLength: 128, judged: false },
  // judging takes most
  { prompts: 64, minibatchSize: 1, numLayers: 1 },
];

/** It computes slowly. */
const onCpu: Partial<Case>[] = [
  { prompts: 4, minibatchSize: 2, maxNewTokens: 6 },
  { prompts: 4, minibatchSize: 2, maxNewTokens: 6, rank: 4, judged: false },
];

const [eosTokenId, padTokenId] = [0, 1];

/** What PPO with all its models takes: what is estimated, and what is. */
async function both({ prompts: rows, promptTokens, minibatchSize, maxNewTokens, rank, judged, ...config }: Case) {
  const models = () => {
    const policy = new Gpt2(config, { seed: 1 });
    const scorer = judged ? [new Gpt2WithScore(new Gpt2(config))] : [];
    const value = new Gpt2WithScore(new Gpt2(config));
    if (rank > 0) applyLora(policy, { rank });
    const copy = rank > 0 ? undefined : copyGpt2(policy);
    const frozen = copy ? [...scorer, copy] : scorer;
    const judge = (rows: number, tokens: number) => scorer[0]?.forward(tf.zeros([rows, tokens], 'int32'));
    return { policy, value, copy, frozen, judge };
  };
  const sizes = { prompts: rows, promptTokens, minibatchSize, maxNewTokens };
  const estimate = estimatePpoMemory({ models, ...sizes });
  const prompts = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: promptTokens - (row % 3) }, (_, i) => 2 + (i % 60)),
  );
  const measured = await peakMemory(async () => {
    const { policy, value, copy, frozen, judge } = models();
    const events = ppo({
      policy,
      value,
      reference: copy ?? ((f) => disabled(policy, f)),
      prompts: () => prompts,
      reward: (samples) => {
        tf.tidy(() => void judge(rows, promptTokens + maxNewTokens));
        return samples.map((_, i) => i % 2);
      },
      eosTokenId,
      padTokenId,
      iterations: 2,
      epochs: 1,
      minibatchSize,
      maxNewTokens,
      temperature: 1,
    });
    for await (const _ of events);
    for (const model of [policy, value, ...frozen]) model.dispose();
  });
  return { estimate, measured };
}

describe.each([
  { name: 'wasm', backend: wasm(), cases: grid },
  { name: 'cpu', backend: cpu(), cases: onCpu },
])('estimatePpoMemory on $name', ({ backend, cases }) => {
  it.each(cases.map((changes) => ({ changes, name: JSON.stringify(changes) })))(
    'is within 15 % of the measured peak with $name',
    async ({ changes }) => {
      await useBackend(backend);
      const before = tf.memory();
      const { estimate, measured } = await both({ ...base, ...changes });
      expect(Math.abs(estimate.peak / measured - 1)).toBeLessThan(0.15);
      const { peak, ...terms } = estimate;
      expect(Object.values(terms).reduce((sum, bytes) => sum + bytes)).toBe(peak);
      expect(tf.memory()).toEqual(before);
    },
    120_000,
  );
});
