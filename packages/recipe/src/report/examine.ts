import { isExact, trueReward } from '@ashlar/data';
import { answerAll, type Answering } from '../models/answer.js';
import { completeText } from '../models/generate-text.js';
import { deviation, distinct2, mean } from './statistics.js';
import type { TrainingNgrams } from './regurgitation.js';

export interface ExamineOptions {
  questions: readonly string[];
  /** Of the questions, how many are shown with their answers. */
  shown: number;
  maxNewTokens: number;
  /** Whether answers can be judged by the story world's true reward. */
  isStoryWorld: boolean;
  /** Of the samples. */
  seed: number;
  /** What regurgitation is looked for in. */
  ngrams: TrainingNgrams;
  /** Writes on from a new line, for a model that was not taught to answer. @default false */
  isBase?: boolean;
  signal?: AbortSignal;
}

/** How a model does on questions that no stage has seen. */
export interface Examination {
  /** The likeliest answers to the first questions. */
  answers: { question: string; answer: string }[];
  /** Share of questions whose likeliest answer is right; null outside of the story world. */
  exact: number | null;
  /** Of answers sampled at temperature 1; null outside of the story world. */
  trueReward: { mean: number; deviation: number } | null;
  /** Of the same samples: different pairs of neighbouring tokens, as a share of all. */
  distinct2: number;
  /** Tokens of a sampled answer. */
  meanLength: number;
  /** Share of the 8-grams of what it wrote that stand in what it was trained on. */
  regurgitation: number;
}

/** Asks a model all questions, twice: for its likeliest answers, and for one sample each. */
export async function examine(model: Answering, options: ExamineOptions): Promise<Examination> {
  const { questions, shown, maxNewTokens, isStoryWorld, seed, ngrams, isBase = false, signal } = options;
  const asking = { maxNewTokens, seed, ...(signal && { signal }) };
  const likeliest = await answerAll(model, questions, { ...asking, temperature: 0 });
  const samples = await answerAll(model, questions, { ...asking, temperature: 1 });
  const rewards = isStoryWorld ? samples.map(({ text }, i) => trueReward(questions[i]!, text)) : [];
  const right = isStoryWorld ? likeliest.filter(({ text }, i) => isExact(questions[i]!, text)).length : 0;
  const written = isBase ? [await freeText(model, seed)] : samples.map(({ ids }) => ids);
  return {
    answers: likeliest.slice(0, shown).map(({ text }, i) => ({ question: questions[i]!, answer: text.trim() })),
    exact: isStoryWorld ? right / questions.length : null,
    trueReward: isStoryWorld ? { mean: mean(rewards), deviation: deviation(rewards) } : null,
    distinct2: distinct2(samples.map(({ ids }) => ids)),
    meanLength: mean(samples.map(({ ids }) => ids.length)),
    regurgitation: ngrams.share(written),
  };
}

const FREE_TOKENS = 400;

/** What a model writes from a new line on. */
async function freeText({ model, tokenizer }: Answering, seed: number): Promise<number[]> {
  const text = await completeText({ model, tokenizer, maxNewTokens: FREE_TOKENS, temperature: 1, seed });
  return tokenizer.encode(text, { addSpecialTokens: false });
}
