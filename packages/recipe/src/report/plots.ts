import { chartSvg } from '@ashlar/trainer';
import type { PpoMetrics } from '../recipe/run-record.js';
import type { Report } from './report.js';
import { storedModels } from './stored-models.js';

/** Reward and distance from the model as it was, iteration by iteration, over one axis. */
export function rewardChart({ scores, kl }: PpoMetrics): string {
  const line = (values: readonly number[]) => values.map((y, i) => ({ x: i + 1, y }));
  return chartSvg({
    summary: `Reward and KL divergence over ${scores.length} iterations of PPO`,
    x: { label: 'iterations', limits: [1, Math.max(2, scores.length)] },
    y: { label: 'reward (deviations of answers before PPO) · nats an answer', including: [0] },
    series: [
      { name: 'reward', as: 'line', color: 'blue', points: line(scores) },
      { name: 'KL divergence', as: 'line', color: 'orange', points: line(kl) },
    ],
  });
}

/** Held-out loss against bytes, a dot for each way of storing the model; null without quantization. */
export function sizeChart(report: Report): string | null {
  const stored = storedModels(report);
  if (stored.length === 0) return null;
  return chartSvg({
    summary: `Size and held-out loss of a model stored in ${stored.length} ways`,
    x: { label: 'kilobytes' },
    y: { label: 'held-out loss (nats a token)' },
    series: [
      {
        as: 'dots',
        color: 'blue',
        points: stored.map(({ scheme, bytes, loss }) => ({ x: bytes / 1000, y: loss, label: scheme })),
      },
    ],
  });
}
