import type { Child } from '../../child.js';
import type { Step } from '../../job.js';
import type { Task } from '../case.js';
import type { Player } from '../turns.js';
import { COMPARED_LOSSES, type Judge, type Outcome } from './expected.js';
import type { Rival } from './rivals.js';

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** How a child does a task again and again, and what it came to. */
interface Doing {
  play(count: number): Promise<number>;
  outcome(): Promise<Outcome>;
}

function training(child: Child, task: Extract<Task, { kind: 'train' }>): Doing {
  const { batchSize, model } = task.shape;
  const offsets = Array.from({ length: batchSize }, (_, row) => row * model.contextLength);
  const step: Step = { learningRate: task.learningRate, offsets };
  const all: number[] = [];
  return {
    async play(count) {
      const { ms, losses } = await child.ask({ type: 'train', steps: Array<Step>(count).fill(step) });
      all.push(...losses);
      return sum(ms);
    },
    outcome: () => Promise.resolve({ values: all.slice(0, COMPARED_LOSSES) }),
  };
}

function generation(child: Child, task: Extract<Task, { kind: 'generate' }>, hasLogits: boolean): Doing {
  const prompt = [...task.prompt];
  let last: number[] = [];
  return {
    async play(count) {
      let total = 0;
      for (let i = 0; i < count; i++) {
        const { ms, ids } = await child.ask({ type: 'generate', prompt, count: task.tokens + 1 });
        last = ids;
        // the first token ends the prompt
        total += task.tokens === 0 ? ms[0]! : sum(ms.slice(1));
      }
      return total;
    },
    async outcome() {
      if (!hasLogits) return { values: last };
      const { values } = await child.ask({ type: 'logits', prompt, ids: last.slice(0, -1) });
      return { values: last, logits: values };
    },
  };
}

const working = (child: Child, work: string): Doing => ({
  play: async (count) => (await child.ask({ type: 'do', work, count })).ms,
  outcome: () => child.ask({ type: 'outcome', work }),
});

/** A child that is ready for a task, after its first call. */
export async function playerOf(
  child: Child,
  { by, backend, hasLogits = false }: Rival,
  { work, task, judge, inputHash }: { work: string; task: Task; judge: Judge; inputHash: string },
): Promise<Player> {
  const doing =
    task.kind === 'train'
      ? training(child, task)
      : task.kind === 'generate'
        ? generation(child, task, hasLogits)
        : working(child, work);
  return {
    who: { backend, by },
    firstMs: await doing.play(1),
    inputHash,
    play: (count) => doing.play(count),
    check: async () => judge.check(await doing.outcome()),
  };
}
