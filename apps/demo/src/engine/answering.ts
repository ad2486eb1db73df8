import { answerAll, type Answer, type AnswerOptions, type ChatModel } from '@ashlar/recipe';
import type { Job } from './job.js';

const BATCH = 32;

/** Answers many questions, some at a time; fewer where it is told to stop. @param onProgress told after each batch */
export async function answerMany(
  chat: ChatModel,
  questions: readonly string[],
  { job, onProgress, seed = 0, ...options }: AnswerOptions & { job: Job; onProgress?: (done: number) => void },
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let first = 0; first < questions.length; first += BATCH) {
    const batch = questions.slice(first, first + BATCH);
    const found = await answerAll(chat, batch, { ...options, seed: seed + first, signal: job.signal });
    if (job.signal.aborted) break;
    answers.push(...found);
    onProgress?.(answers.length);
  }
  return answers;
}
