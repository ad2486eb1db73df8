import { isExact, trueReward } from '@ashlar/data';
import type { ChatModel, RecipeConfig } from '@ashlar/recipe';
import { answerMany } from './answering.js';
import type { Job } from './job.js';
import type { Examined } from './protocol.js';

/** Puts held-out questions to a model; null where it is told to stop. */
export async function examine(
  chat: ChatModel,
  heldOut: readonly string[],
  { report, job, onProgress }: { report: RecipeConfig['report']; job: Job; onProgress: (done: number) => void },
): Promise<Examined | null> {
  const questions = heldOut.slice(0, report.questions);
  const answers = await answerMany(chat, questions, { maxNewTokens: report.maxNewTokens, job, onProgress });
  if (answers.length < questions.length) return null;
  const judged = answers.map(({ text }, i) => {
    const prompt = questions[i]!;
    return { prompt, answer: text, exact: isExact(prompt, text), reward: trueReward(prompt, text) };
  });
  return {
    questions: questions.length,
    exact: mean(judged.map(({ exact }) => Number(exact))),
    reward: mean(judged.map(({ reward }) => reward)),
    shown: judged.slice(0, report.shown).map(({ prompt, answer, exact }) => ({ prompt, answer, exact })),
  };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
