// A reward model: it sees which of two sentences somebody likes better, never why, and learns to score any sentence.
import { PreferenceDataset, type PreferenceExample } from '@ashlar/data';
import { parameters } from '@ashlar/nn';
import { RandomStream, useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { AdamW } from '@ashlar/optim';
import {
  normalizeRewards,
  pairBatch,
  rewardFunction,
  rewardModelFromHuggingFace,
  rewardModelToHuggingFace,
  rewardObjective,
} from '@ashlar/reward-model';
import type { Tokenizer } from '@ashlar/tokenizer';
import { evaluate, train } from '@ashlar/trainer';
import { Gpt2WithScore } from '@ashlar/transformer';
import { townSentences } from './town.js';
import { townModel } from './town-model.js';

/** What somebody likes, known to nobody else: Paris, and summer a little; not the winter. */
const liking = (sentence: string) =>
  2 * Number(sentence.includes('Paris')) + Number(sentence.includes('summer')) - Number(sentence.includes('winter'));

/** Pairs drawn at random of which one is liked better. */
function pairsOf(sentences: string[], count: number, stream: RandomStream, tokenizer: Tokenizer): PreferenceExample[] {
  const ids = (sentence: string) => Int32Array.from(tokenizer.encode(`\n${sentence}\n`));
  let drawn = 0;
  const draw = () => sentences[Math.floor(stream.uniform(drawn++) * sentences.length)]!;
  const pairs: PreferenceExample[] = [];
  while (pairs.length < count) {
    const [worse, better] = [draw(), draw()].sort((a, b) => liking(a) - liking(b)) as [string, string];
    if (liking(better) > liking(worse))
      pairs.push({ promptLength: 1, chosen: ids(better), rejected: ids(worse), margin: 0 });
  }
  return pairs;
}

export async function main(log = console.log) {
  await useBackend(wasm());
  const { model: base, tokenizer } = townModel();
  const { training, heldOut } = townSentences();
  const padTokenId = 0;
  const pairs = new PreferenceDataset(pairsOf(training, 1000, new RandomStream(1, 'pairs'), tokenizer), { padTokenId });
  const examPairs = pairsOf(heldOut, 300, new RandomStream(2, 'pairs'), tokenizer);
  const exam = [...new PreferenceDataset(examPairs, { padTokenId }).evaluationBatches(100)].map(pairBatch);

  // the model that knows the town, with one number at each position in place of the next token's probabilities
  const model = Gpt2WithScore.fromGpt2(base);
  base.dispose();
  const objective = rewardObjective();
  const measure = async () => {
    const { loss, metrics } = (await evaluate(model, objective, exam))!;
    return { loss, accuracy: metrics['accuracy']! };
  };
  const before = await measure();
  const optimizer = new AdamW(parameters(model), { weightDecay: 0 });
  const batches = (step: number) => [pairBatch(pairs.batch(step, 16, 0))];
  for await (const event of train({ model, objective, optimizer, steps: 63, schedule: () => 5e-4, batches }))
    void event;
  optimizer.dispose();
  const after = await measure();
  const show = ({ loss, accuracy }: typeof before) =>
    `loss ${loss.toFixed(3)}, right in ${(100 * accuracy).toFixed(0)} % of pairs`;
  log(`held-out sentences, before: ${show(before)}`);
  log(`after one look at ${pairs.size} pairs: ${show(after)}`);

  // what PPO asks for: a function that rewards samples, on a scale on which they have mean 0 and deviation 1
  const samples = heldOut.map((sentence) => ({
    prompt: tokenizer.encode('\n'),
    completion: tokenizer.encode(`${sentence}\n`),
  }));
  const scale = normalizeRewards(await rewardFunction(model)(samples));
  const folder = await rewardModelToHuggingFace(model, { padTokenId, scale });
  model.dispose();

  // as it comes back from the folder, which Python opens as GPT2ForSequenceClassification
  const loaded = rewardModelFromHuggingFace(folder);
  const rewards = await rewardFunction(loaded.model, { scale: loaded.scale })(samples);
  loaded.model.dispose();
  const ranked = heldOut.map((sentence, i) => ({ sentence, reward: rewards[i]! })).sort((a, b) => b.reward - a.reward);
  for (const { sentence, reward } of [...ranked.slice(0, 3), ...ranked.slice(-3)])
    log(`${reward.toFixed(2).padStart(6)}   ${sentence}`);
  return { before, after, ranked: ranked.map((row) => ({ ...row, liking: liking(row.sentence) })) };
}
