import { LineChart } from './line-chart.js';

/** What PPO did in each iteration, from the first on. */
export interface RewardCurves {
  /** Mean reward, in deviations of the rewards before PPO. */
  scores: number[];
  /** Mean nats that an answer is away from the model before PPO. */
  kl: number[];
}

/** Reward and its price over the same iterations, on one axis: one without the other says nothing. */
export function RewardChart({ curves: { scores, kl } }: { curves: RewardCurves }) {
  return (
    <LineChart
      plotted={{
        x: scores.map((_, i) => i + 1),
        xLabel: 'iteration',
        yLabel: 'reward · KL in nats',
        series: [
          { label: `reward ${scores.at(-1)?.toFixed(2) ?? '–'}`, values: scores, colour: '--accent' },
          {
            label: `KL ${kl.at(-1)?.toFixed(2) ?? '–'} nats an answer`,
            values: kl,
            colour: '--second',
            style: 'dashed',
          },
        ],
      }}
      table={() => ({
        columns: ['iteration', 'reward', 'KL'],
        rows: scores.map((score, i) => [i + 1, score.toFixed(3), kl[i]!.toFixed(3)]).reverse(),
      })}
    />
  );
}
