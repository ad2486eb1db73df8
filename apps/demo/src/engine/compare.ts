import { trueReward } from '@ashlar/data';
import { RandomStream } from '@ashlar/ops';
import type { ChatModel } from '@ashlar/recipe';
import { answerMany } from './answering.js';
import type { Job } from './job.js';
import type { Comparison, Verdict } from './protocol.js';

const ROUNDS = 4;

/**
 * Two different answers to each of several questions, as the model draws them, in random order; fewer where it is told to
 * stop, or hardly ever says two things.
 */
export async function compare(
  chat: ChatModel,
  questions: readonly string[],
  {
    count,
    seed,
    maxNewTokens,
    job,
    onProgress,
  }: { count: number; seed: number; maxNewTokens: number; job: Job; onProgress: (done: number) => void },
): Promise<Comparison[]> {
  const sides = new RandomStream(seed, 'page/sides');
  const found: Comparison[] = [];
  for (let round = 0; round < ROUNDS && found.length < count && !job.signal.aborted; round++) {
    const first = (seed + round) * count;
    const asked = Array.from({ length: count - found.length }, (_, i) => questions[(first + i) % questions.length]!);
    const twice = asked.flatMap((question) => [question, question]);
    const answers = await answerMany(chat, twice, {
      maxNewTokens,
      temperature: 1,
      seed: 2 * first,
      job,
      onProgress: (done) => onProgress(found.length + Math.floor(done / 2)),
    });
    for (const [i, prompt] of asked.slice(0, Math.floor(answers.length / 2)).entries()) {
      const pair = [answers[2 * i]!.text, answers[2 * i + 1]!.text] as const;
      if (pair[0] === pair[1]) continue;
      const [left, right] = sides.uniform(found.length) < 0.5 ? pair : [pair[1], pair[0]];
      found.push({ prompt, left, right });
    }
  }
  if (found.length === 0 && !job.signal.aborted)
    throw new Error('The model says the same twice to every question: there is nothing to compare.');
  return found;
}

/** What the world's rule prefers: right, then polite, then short. */
export function ruleOn({ prompt, left, right }: Comparison): Verdict {
  const lead = trueReward(prompt, left) - trueReward(prompt, right);
  if (lead === 0) return 'tie';
  return lead > 0 ? 'left' : 'right';
}
