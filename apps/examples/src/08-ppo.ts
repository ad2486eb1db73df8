// PPO: a function says how much it likes a sentence, and the model learns to write what is liked without losing its language.
import { rollout } from '@ashlar/generation';
import { useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { ppo } from '@ashlar/ppo';
import { copyGpt2, Gpt2WithScore } from '@ashlar/transformer';
import { townSentences } from './town.js';
import { townModel } from './town-model.js';

/** The whole of the reward: no network, no labels. */
const likes = (sentence: string) => Number(sentence.includes('Paris')) + Number(sentence.includes('summer')) / 2;

export async function main(log = console.log) {
  await useBackend(wasm());
  const { model: policy, tokenizer } = townModel();
  // the same model three times: one learns, one stays what it was, one learns to foresee rewards
  const reference = copyGpt2(policy);
  const value = Gpt2WithScore.fromGpt2(policy, { std: 0 });

  const { training, heldOut } = townSentences();
  const town = new Set([...training, ...heldOut]);
  // a sentence ends with its line; a prompt is a person
  const eosTokenId = tokenizer.encode('\n')[0]!;
  const people = [...new Set(training.map((sentence) => sentence.split(' ')[0]!))];
  const prompt = (row: number) => tokenizer.encode(`\n${people[row % people.length]}`);
  const writing = { eosTokenId, padTokenId: 0, maxNewTokens: 12, temperature: 1 };

  /** How the model writes now: 64 sentences. */
  const measure = async () => {
    const prompts = Array.from({ length: 64 }, (_, row) => prompt(row));
    const { responses } = await rollout(policy, prompts, { ...writing, seed: 7 });
    const sentences = responses.map((ids, row) => tokenizer.decode([...prompts[row]!, ...ids]).trim());
    const mean = (f: (sentence: string) => number) => sentences.reduce((sum, s) => sum + f(s), 0) / sentences.length;
    return { liked: mean(likes), town: mean((sentence) => Number(town.has(sentence))), sentences };
  };
  const show = ({ liked, town, sentences }: Awaited<ReturnType<typeof measure>>) =>
    `liked ${liked.toFixed(2)}, ${(100 * town).toFixed(0)} % are sentences of the town, such as "${sentences[0]}"`;

  const before = await measure();
  log(`before: ${show(before)}`);
  const curve: { score: number; kl: number }[] = [];
  const events = ppo({
    policy,
    reference,
    value,
    prompts: () => Array.from({ length: 32 }, (_, row) => prompt(row)),
    reward: (samples) => samples.map(({ completionText }) => likes(completionText!)),
    decode: (ids) => tokenizer.decode([...ids]),
    ...writing,
    iterations: 50,
    // more at a time, or a lower price, and it now and then says what is liked again and again, without an end
    schedule: () => 1e-4,
    kl: { coefficient: 0.1 },
    missingEosPenalty: 1,
  });
  for await (const event of events) {
    if (event.type !== 'step') continue;
    const { 'objective/scores': score, 'objective/kl': kl } = event.metrics;
    curve.push({ score: score!, kl: kl! });
    if (event.step % 5 === 1) log(`iteration ${event.step}: score ${score!.toFixed(2)}, KL ${kl!.toFixed(2)} nats`);
  }
  const after = await measure();
  log(`after: ${show(after)}`);
  for (const model of [policy, reference, value]) model.dispose();
  return { before, after, curve };
}
