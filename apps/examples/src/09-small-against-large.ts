// InstructGPT's most quoted result, in small: a model that was aligned against a base model of four times its size that is
// only prompted, judged blindly by the true reward of a small world. (Ouyang et al. 2022: 1.3B was preferred to 175B.)
import { memoryStore } from '@ashlar/checkpoint';
import { trueReward } from '@ashlar/data';
import { useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import {
  answerAll,
  completeText,
  loadModel,
  pretrain,
  recipe,
  recipeConfig,
  requireChat,
  storyWorldData,
  type LoadedModel,
  type RecipeChanges,
} from '@ashlar/recipe';
import { numParameters } from '@ashlar/nn';
import { interval } from './interval.js';

// as in the text that the base model knows: questions in quotes after a story; the first is answered and shows how
const prompted = (question: string) => {
  const [, story, asked] = /^(.*[.]) ([^.]*[?])$/s.exec(question)!;
  return `${story} "When was that?" "${/on (\w+day)/i.exec(story!)![0].replace(/^o/, 'O')}." "${asked}" "`;
};

async function answerOfBase({ model, tokenizer }: LoadedModel, question: string, seed: number): Promise<string> {
  const text = await completeText({
    model,
    tokenizer,
    prompt: prompted(question),
    maxNewTokens: 16,
    temperature: 1,
    seed,
  });
  return text.split('"')[0]!.trim();
}

/** @param changes to the usual recipe, for a shorter run */
export async function main(log = console.log, changes: RecipeChanges = {}) {
  await useBackend(wasm());
  const config = recipeConfig('usual', changes);
  const data = storyWorldData(config);
  const store = memoryStore();
  const stages = ['tokenizer', 'pretrain', 'sft', 'reward', 'ppo'];
  for await (const event of recipe({ config, data, store, stages }))
    if (event.type === 'stage-done') log(`${event.stage}: ${event.result.gained}`);
  const small = await loadModel(store, 'ppo');

  // twice as wide, and trained longer: at half the learning rate and from smaller weights, as wider models need it
  const { learningRate, steps, ...training } = config.pretrain.training;
  const wide = { hiddenSize: 2 * config.model.hiddenSize, initializerRange: 0.7 * config.model.initializerRange };
  const longer = {
    ...training,
    learningRate: learningRate / 2,
    minLearningRate: learningRate / 20,
    steps: Math.ceil((4 * steps) / 3),
  };
  const { seed, tokenizer: kind } = config;
  const large = { seed, tokenizer: kind, model: { ...config.model, ...wide }, ...config.pretrain, training: longer };
  for await (const event of pretrain({
    text: data.text,
    config: large,
    tokenizer: small.tokenizer,
    store,
    folder: 'large',
  }))
    if (event.type === 'evaluation')
      log(`the large one, after ${event.step} steps: held-out loss ${event.loss.toFixed(3)}`);
  const base = await loadModel(store, 'large');
  log(`${numParameters(small.model)} values against ${numParameters(base.model)}`);

  const questions = data.heldOutQuestions.slice(0, config.report.questions);
  const aligned = await answerAll(requireChat(small, 'example'), questions, {
    maxNewTokens: 24,
    temperature: 1,
    seed: 1,
  });
  let [wins, ties] = [0, 0];
  for (const [i, question] of questions.entries()) {
    const other = await answerOfBase(base, question, i);
    const lead = trueReward(question, aligned[i]!.text) - trueReward(question, other);
    if (lead === 0) ties++;
    if (lead > 0) wins++;
    if (i < 4) log(`${question}\n  small: ${aligned[i]!.text.trim()}\n  large: ${other}`);
  }
  const share = (wins + ties / 2) / questions.length; // a tie is half a win
  const [low, high] = interval(share, questions.length);
  const percent = (value: number) => `${(100 * value).toFixed(0)} %`;
  log(
    `the small aligned model wins ${percent(share)} (95 % interval ${percent(low)} to ${percent(high)}), ${ties} ties`,
  );
  const sizes = [numParameters(small.model), numParameters(base.model)] as const;
  small.model.dispose();
  base.model.dispose();
  return { share, low, high, ties, questions: questions.length, sizes };
}
