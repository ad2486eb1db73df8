import { describe, expect, it } from 'vitest';
import { main as gptInOneFile } from './00-gpt-in-one-file.js';
import { main as tokenize } from './01-tokenize.js';
import { main as trainCharGpt } from './02-train-char-gpt.js';
import { main as newYork } from './03-new-york.js';
import { main as sft } from './04-sft.js';
import { main as lora } from './05-lora.js';
import { main as qlora } from './06-qlora.js';
import { main as rewardModel } from './07-reward-model.js';
import { main as ppo } from './08-ppo.js';
import { main as smallAgainstLarge } from './09-small-against-large.js';

const silent = () => undefined;

describe('the examples', () => {
  it('00: a GPT in one file learns a poem by heart', async () => {
    const { losses, text } = await gptInOneFile(500, silent);
    expect(losses[0]).toBeGreaterThan(3.5);
    expect(losses.at(-1)).toBeLessThan(0.3);
    expect(text).toContain("'Twas brillig, and the slithy toves\nDid gyre and gimble in the wabe;");
  });

  it('01: BPE needs fewer tokens than characters, which need fewer than bytes', async () => {
    const lengths = await tokenize(silent);
    expect(lengths.bpe).toBeLessThan(lengths.characters! / 2);
    expect(lengths.bytes).toBeGreaterThanOrEqual(lengths.characters!);
  });

  it('02: a character GPT learns, and its held-out loss falls below guessing', async () => {
    const { trainLoss, heldOutLosses } = await trainCharGpt(silent);
    expect(trainLoss).toBeLessThan(2);
    expect(heldOutLosses).toHaveLength(5);
    expect(Math.min(...heldOutLosses)).toBeLessThan(heldOutLosses[0]! - 1);
  });

  it('03: "I love New York" goes on with the zoo after fine-tuning, and the other text is hardly forgotten', async () => {
    const { before, after } = await newYork(silent);
    expect(before.says).toBe('I love New York City.');
    expect(before.zoo).toBeLessThan(0.05);
    expect(after.says).toBe('I love New York Zoo.');
    expect(after.zoo).toBeGreaterThan(0.9);
    expect(after.heldOut - before.heldOut).toBeLessThan(0.1);
  });

  it('04: fine-tuning on questions with answers teaches the answers, and where they end', async () => {
    const { before, answers, losses, shown } = await sft(silent);
    expect(before.text).not.toContain('loves');
    for (const { text, ended, completion } of answers) expect([text, ended]).toEqual([completion, true]);
    expect(losses.at(-1)).toBeLessThan(0.1);
    expect(shown.join('')).toMatch(/^\n[^[]+\?(\[[^\]]+\])+$/);
  });

  it('05: a LoRA adapter learns it in a few parameters, and can be taken off and merged', async () => {
    const { says, before, after, whole, trained, bytes } = await lora(silent);
    expect(says).toEqual({ on: 'I love New York Zoo.', off: 'I love New York City.', merged: 'I love New York Zoo.' });
    expect(after.off).toBe(before);
    expect(after.on - before).toBeLessThan(0.1);
    expect(trained / whole).toBeLessThan(0.15);
    expect(bytes).toBeLessThan(4 * trained + 4000);
  });

  it('06: so do adapters over weights of 4 bits', async () => {
    const { plain, quantized, adapted, merged } = await qlora(silent);
    expect(quantized.bytes).toBeLessThan(plain.bytes / 2);
    expect(quantized.heldOut - plain.heldOut).toBeLessThan(0.1);
    expect([quantized.says, adapted.says, merged.says]).toEqual([
      'I love New York City.',
      'I love New York Zoo.',
      'I love New York Zoo.',
    ]);
    expect(adapted.heldOut - quantized.heldOut).toBeLessThan(0.1);
    expect(Math.abs(merged.heldOut - adapted.heldOut)).toBeLessThan(1e-5);
  });

  it('07: a reward model finds out from pairs what somebody likes', async () => {
    const { before, after, ranked } = await rewardModel(silent);
    expect(before.accuracy).toBeLessThan(0.7);
    expect(after.accuracy).toBeGreaterThan(0.95);
    expect(after.loss).toBeLessThan(0.2);
    const [best, worst] = [ranked[0]!, ranked.at(-1)!];
    expect(best.liking).toBe(3);
    expect(worst.liking).toBe(-1);
    const mean = ranked.reduce((sum, { reward }) => sum + reward, 0) / ranked.length;
    expect(mean).toBeCloseTo(0, 5);
  });

  it('08: PPO makes a model write what a function likes, in sentences as good as before', async () => {
    const { before, after, curve } = await ppo(silent);
    expect(before.liked).toBeLessThan(0.5);
    expect(after.liked).toBeGreaterThan(1.3);
    expect(after.town).toBeGreaterThan(0.9);
    expect(curve[0]!.kl).toBe(0);
    // one city of 8 and one season of 4 cost ln 32 = 3.47 nats
    expect(Math.abs(curve.at(-1)!.kl - Math.log(32))).toBeLessThan(1);
  });

  it('09: the comparison of a small aligned model with a large one runs to its interval', async () => {
    const few = (steps: number) => ({ training: { steps, batchSize: 4, evaluateEvery: steps, warmupSteps: 1 } });
    const changes = {
      world: { stories: 100, demonstrations: 60, preferences: 60, questions: 20, heldOut: 20 },
      model: { hiddenSize: 16, numHeads: 2 },
      pretrain: few(4),
      sft: few(4),
      reward: few(2),
      ppo: { iterations: 2, batchSize: 4, minibatchSize: 2, maxNewTokens: 12, scaleQuestions: 4 },
      report: { questions: 6, shown: 1, maxNewTokens: 8 },
    };
    const { share, low, high, sizes, questions } = await smallAgainstLarge(silent, changes as never);
    expect(questions).toBe(6);
    expect(low).toBeGreaterThanOrEqual(0);
    expect(high).toBeLessThanOrEqual(1);
    expect(low).toBeLessThanOrEqual(share);
    expect(high).toBeGreaterThanOrEqual(share);
    expect(sizes[1] / sizes[0]).toBeGreaterThan(2);
  });
});
