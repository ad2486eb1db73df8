import { niceTicks } from './nice-ticks.js';

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

const WIDTH = 720;
const HEIGHT = 420;
const PLOT = { left: 56, right: 700, top: 44, bottom: 372 };
/** More points than this are thinned out, two for each pixel. */
const MAX_POINTS = 2 * (PLOT.right - PLOT.left);

// an image in a page follows the reader's preference too
const STYLE = `
  .loss-curve { --ink: #1f2328; --soft: #59636e; --grid: #d8dee4; --training: #0969da; --held-out: #bc4c00; --paper: #ffffff }
  @media (prefers-color-scheme: dark) {
    .loss-curve { --ink: #e6edf3; --soft: #9198a1; --grid: #30363d; --training: #58a6ff; --held-out: #f0883e; --paper: #0d1117 }
  }
  .loss-curve text { font: 13px system-ui, sans-serif; fill: var(--soft); font-variant-numeric: tabular-nums }
  .loss-curve .strong { fill: var(--ink) }
  .loss-curve .end { text-anchor: end }
  .loss-curve .middle { text-anchor: middle }
  .loss-curve .grid { stroke: var(--grid) }
  .loss-curve .raw { fill: none; stroke: var(--training); stroke-width: 1; opacity: .35 }
  .loss-curve .smooth { fill: none; stroke: var(--training); stroke-width: 2.2; stroke-linejoin: round }
  .loss-curve .baseline { stroke: var(--soft); stroke-dasharray: 5 4 }
  .loss-curve .held-out { fill: var(--held-out); stroke: var(--paper); stroke-width: 1.5 }`;

/** Training and held-out loss over the steps as an SVG image of its own; equal curves give equal bytes. */
export function lossCurveSvg({ training, heldOut, steps, baseline }: LossCurve): string {
  const losses = [...training, ...heldOut].map(({ loss }) => loss);
  const yTicks = niceTicks(
    Math.min(...losses, baseline?.loss ?? Infinity),
    Math.max(...losses, baseline?.loss ?? 0),
    6,
  );
  const xTicks = niceTicks(0, steps, 8).filter((tick) => tick <= steps);
  const [low, high] = [yTicks[0]!, yTicks.at(-1)!];
  const x = (step: number) => round(PLOT.left + ((PLOT.right - PLOT.left) * step) / Math.max(1, steps));
  const y = (loss: number) => round(PLOT.bottom - ((PLOT.bottom - PLOT.top) * (loss - low)) / (high - low));
  const line = (points: readonly CurvePoint[]) => points.map(({ step, loss }) => `${x(step)},${y(loss)}`).join(' ');
  const { left, right, bottom } = PLOT;
  return [
    `<svg class="loss-curve" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${summary(training, heldOut)}">`,
    `<style>${STYLE}\n</style>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="var(--paper)"/>`,
    ...yTicks.flatMap((tick) => [
      `<line class="grid" x1="${left}" x2="${right}" y1="${y(tick)}" y2="${y(tick)}"/>`,
      `<text class="end" x="${left - 8}" y="${round(y(tick) + 4.5)}">${tick}</text>`,
    ]),
    ...xTicks.map((tick) => `<text class="middle" x="${x(tick)}" y="${bottom + 20}">${tick}</text>`),
    `<text class="middle" x="${(left + right) / 2}" y="${HEIGHT - 8}">steps</text>`,
    `<text x="${left}" y="18">nats a token</text>`,
    ...(baseline
      ? [
          `<line class="baseline" x1="${left}" x2="${right}" y1="${y(baseline.loss)}" y2="${y(baseline.loss)}"/>`,
          `<text class="end" x="${right}" y="${round(y(baseline.loss) - 6)}">${escapeXml(baseline.label)}</text>`,
        ]
      : []),
    `<polyline class="raw" points="${line(thinned(training))}"/>`,
    `<polyline class="smooth" points="${line(thinned(smoothed(training)))}"/>`,
    ...heldOut.map(({ step, loss }) => `<circle class="held-out" cx="${x(step)}" cy="${y(loss)}" r="4.5"/>`),
    ...legend(heldOut),
    '</svg>\n',
  ].join('\n');
}

function legend(heldOut: readonly CurvePoint[]): string[] {
  const last = heldOut.at(-1);
  const held = last ? `held-out, ${last.loss.toFixed(3)} at step ${last.step}` : 'held-out';
  return [
    `<line class="smooth" x1="180" x2="204" y1="14" y2="14"/>`,
    `<text class="strong" x="210" y="18">training</text>`,
    `<circle class="held-out" cx="296" cy="14" r="4.5"/>`,
    `<text class="strong" x="306" y="18">${held}</text>`,
  ];
}

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

/** The lowest and the highest point of each stretch, in their order. */
function thinned(points: readonly CurvePoint[]): readonly CurvePoint[] {
  if (points.length <= MAX_POINTS) return points;
  const stretch = Math.ceil((2 * points.length) / MAX_POINTS);
  const kept: CurvePoint[] = [];
  for (let from = 0; from < points.length; from += stretch) {
    const part = points.slice(from, from + stretch);
    const low = part.reduce((a, b) => (b.loss < a.loss ? b : a));
    const high = part.reduce((a, b) => (b.loss > a.loss ? b : a));
    kept.push(...(low === high ? [low] : low.step < high.step ? [low, high] : [high, low]));
  }
  return kept;
}

const round = (value: number) => Math.round(value * 10) / 10;

const escapeXml = (text: string) =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);
