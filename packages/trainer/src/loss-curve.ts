import { chartSvg } from './chart.js';

export interface CurvePoint {
  step: number;
  loss: number;
}

export interface LossCurve {
  training: readonly CurvePoint[];
  heldOut: readonly CurvePoint[];
  /** Right end of the axis. */
  steps: number;
  /** A dashed line, such as what guessing costs. */
  baseline?: { loss: number; label: string };
}

/** Training and held-out loss over the steps as an SVG image of its own; equal curves give equal bytes. */
export function lossCurveSvg({ training, heldOut, steps, baseline }: LossCurve): string {
  const last = heldOut.at(-1);
  return chartSvg({
    summary: summary(training, heldOut),
    x: { label: 'steps', limits: [0, Math.max(1, steps)] },
    y: { label: 'nats a token' },
    series: [
      { points: points(training), as: 'pale-line', color: 'blue' },
      { name: 'training', points: points(smoothed(training)), as: 'line', color: 'blue' },
      {
        name: last ? `held-out, ${last.loss.toFixed(3)} at step ${last.step}` : 'held-out',
        points: points(heldOut),
        as: 'dots',
        color: 'orange',
      },
    ],
    ...(baseline && { baseline: { y: baseline.loss, label: baseline.label } }),
  });
}

const points = (curve: readonly CurvePoint[]) => curve.map(({ step, loss }) => ({ x: step, y: loss }));

function summary(training: readonly CurvePoint[], heldOut: readonly CurvePoint[]): string {
  const span = (name: string, points: readonly CurvePoint[]) =>
    points.length > 0 ? [`${name} loss from ${points[0]!.loss.toFixed(2)} to ${points.at(-1)!.loss.toFixed(2)}`] : [];
  return [...span('training', training), ...span('held-out', heldOut)].join(', ') || 'no loss yet';
}

/** The mean of each point's neighbourhood, about a fiftieth of the curve, as wide to the left as to the right. */
export function smoothed(points: readonly CurvePoint[]): CurvePoint[] {
  const reach = Math.min(50, Math.floor(points.length / 100));
  const sums = [0];
  for (const { loss } of points) sums.push(sums.at(-1)! + loss);
  return points.map(({ step }, i) => {
    const wide = Math.min(reach, i, points.length - 1 - i);
    return { step, loss: (sums[i + wide + 1]! - sums[i - wide]!) / (2 * wide + 1) };
  });
}
