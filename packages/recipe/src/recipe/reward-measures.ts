import type { Preference, PreferenceExample } from '@ashlar/data';
import { scoreSequences } from '@ashlar/reward-model';
import type { Gpt2WithScore } from '@ashlar/transformer';
import { correlation } from '../report/statistics.js';

/** How a reward model judges held-out pairs, and how much of it is length. */
export interface RewardMeasures {
  /** Share of pairs whose better answer has the higher score. */
  accuracy: number;
  /** The same, of pairs whose answers are equally long. */
  accuracyOfEqualLength: number;
  /** Share of pairs of unequal length whose longer answer is the better one: what taking the longer one would get. */
  longerIsBetter: number;
  /** Between the score of an answer and its number of tokens. */
  correlationWithLength: number;
}

/**
 * @param rows that the examples were made of; where they say in what their answers differ (`differsIn`, as in the story
 *   world), there is an `accuracyOn.` of each difference
 */
export async function rewardMeasures(
  model: Gpt2WithScore,
  rows: readonly Preference[],
  examples: readonly (PreferenceExample | null)[],
): Promise<RewardMeasures & Record<string, number>> {
  const pairs = examples.flatMap((example, i) => (example ? [{ ...example, row: rows[i]! }] : []));
  const [chosen, rejected] = [
    await scoreSequences(model, pairs.map((pair) => pair.chosen)), // prettier-ignore
    await scoreSequences(model, pairs.map((pair) => pair.rejected)), // prettier-ignore
  ];
  const judged = pairs.map((pair, i) => ({
    right: chosen[i]! > rejected[i]!,
    lead: pair.chosen.length - pair.rejected.length,
    differsIn: 'differsIn' in pair.row ? String(pair.row.differsIn) : null,
  }));
  const differences = [...new Set(judged.flatMap(({ differsIn }) => differsIn ?? []))].sort();
  const share = (list: readonly boolean[]) => list.filter(Boolean).length / list.length;
  const answers = pairs.flatMap((pair, i) => [
    [pair.chosen.length - pair.promptLength, chosen[i]!] as const,
    [pair.rejected.length - pair.promptLength, rejected[i]!] as const,
  ]);
  return {
    accuracy: share(judged.map(({ right }) => right)),
    accuracyOfEqualLength: share(judged.filter(({ lead }) => lead === 0).map(({ right }) => right)),
    longerIsBetter: share(judged.filter(({ lead }) => lead !== 0).map(({ lead }) => lead > 0)),
    correlationWithLength: correlation(answers),
    ...Object.fromEntries(
      differences.map((difference) => {
        const of = judged.filter(({ differsIn }) => differsIn === difference);
        return [`accuracyOn.${difference}`, share(of.map(({ right }) => right))];
      }),
    ),
  };
}
