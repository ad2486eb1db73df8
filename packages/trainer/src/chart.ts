import { niceTicks } from './nice-ticks.js';
import { escapeXml, round, svg } from './svg.js';

export interface ChartPoint {
  x: number;
  y: number;
  /** Written beside a dot. */
  label?: string;
}

export interface ChartSeries {
  /** For the legend; without it the series is not in there. */
  name?: string;
  points: readonly ChartPoint[];
  /** A line, a thin pale one (the unsmoothed values behind a line), or dots. */
  as: 'line' | 'pale-line' | 'dots';
  /** Series of one colour belong together. */
  color: 'blue' | 'orange';
}

/** Curves or dots over two axes. */
export interface Chart {
  /** What it shows, for readers who do not see it. */
  summary: string;
  /** `limits` are the ends of the axis. @default round numbers around the points */
  x: { label: string; limits?: readonly [number, number] };
  /** `including` are values that the axis reaches. */
  y: { label: string; including?: readonly number[] };
  series: readonly ChartSeries[];
  /** A dashed line across, such as what guessing costs. */
  baseline?: { y: number; label: string };
}

const WIDTH = 720;
const HEIGHT = 420;
const PLOT = { left: 56, right: 700, top: 44, bottom: 372 };
/** More points than this are thinned out, two for each pixel. */
const MAX_POINTS = 2 * (PLOT.right - PLOT.left);
const LEGEND = { left: 180, gap: 24, y: 14, letter: 6.6 };

/** A chart as an SVG image of its own, for light and dark pages; equal charts give equal bytes. */
export function chartSvg({ summary, x: xAxis, y: yAxis, series, baseline }: Chart): string {
  const points = series.flatMap((one) => one.points);
  const ys = [...points.map(({ y }) => y), ...(yAxis.including ?? []), ...(baseline ? [baseline.y] : [])];
  const xs = xAxis.limits ?? points.map(({ x }) => x);
  const xTicks = ticks(xs, 8).filter((tick) => !xAxis.limits || (tick >= xs[0]! && tick <= xs[1]!));
  const [yTicks, { left, right, top, bottom }] = [ticks(ys, 6), PLOT];
  const [fromX, toX] = xAxis.limits ?? [xTicks[0]!, xTicks.at(-1)!];
  const [fromY, toY] = [yTicks[0]!, yTicks.at(-1)!];
  const place: Place = {
    x: (value) => round(left + ((right - left) * (value - fromX)) / (toX - fromX || 1)),
    y: (value) => round(bottom - ((bottom - top) * (value - fromY)) / (toY - fromY || 1)),
  };
  return svg({ summary, width: WIDTH, height: HEIGHT }, [
    ...yTicks.flatMap((tick) => [
      `<line class="grid" x1="${left}" x2="${right}" y1="${place.y(tick)}" y2="${place.y(tick)}"/>`,
      `<text class="end" x="${left - 8}" y="${round(place.y(tick) + 4.5)}">${tick}</text>`,
    ]),
    ...xTicks.map((tick) => `<text class="middle" x="${place.x(tick)}" y="${bottom + 20}">${tick}</text>`),
    `<text class="middle" x="${(left + right) / 2}" y="${HEIGHT - 8}">${escapeXml(xAxis.label)}</text>`,
    `<text x="${left}" y="18">${escapeXml(yAxis.label)}</text>`,
    ...(baseline
      ? [
          `<line class="baseline" x1="${left}" x2="${right}" y1="${place.y(baseline.y)}" y2="${place.y(baseline.y)}"/>`,
          `<text class="end" x="${right}" y="${round(place.y(baseline.y) - 6)}">${escapeXml(baseline.label)}</text>`,
        ]
      : []),
    ...series.flatMap((one) => drawn(one, place)),
    ...legend(series, yAxis.label),
  ]);
}

interface Place {
  x: (value: number) => number;
  y: (value: number) => number;
}

const ticks = (values: readonly number[], count: number) =>
  niceTicks(Math.min(...values, Infinity), Math.max(...values, -Infinity), count);

function drawn({ points, as, color }: ChartSeries, place: Place): string[] {
  if (as !== 'dots') {
    const line = thinned(points).map(({ x, y }) => `${place.x(x)},${place.y(y)}`);
    return [`<polyline class="${as} ${color}" points="${line.join(' ')}"/>`];
  }
  return points.flatMap(({ x, y, label }) => [
    `<circle class="dots ${color}" cx="${place.x(x)}" cy="${place.y(y)}" r="4.5"/>`,
    ...(label ? [labelled(place.x(x), place.y(y), label)] : []),
  ]);
}

/** On the side of a dot where there is room. */
function labelled(x: number, y: number, label: string): string {
  const isRight = x > (PLOT.left + PLOT.right) / 2;
  const at = `x="${round(x + (isRight ? -9 : 9))}" y="${round(y - 7)}"`;
  return `<text class="strong${isRight ? ' end' : ''}" ${at}>${escapeXml(label)}</text>`;
}

function legend(series: readonly ChartSeries[], yLabel: string): string[] {
  let x = Math.max(LEGEND.left, PLOT.left + yLabel.length * LEGEND.letter + LEGEND.gap);
  return series.flatMap(({ name, as, color }) => {
    if (name === undefined) return [];
    const width = as === 'dots' ? 9 : 24;
    const mark =
      as === 'dots'
        ? `<circle class="dots ${color}" cx="${round(x + 4.5)}" cy="${LEGEND.y}" r="4.5"/>`
        : `<line class="${as} ${color}" x1="${round(x)}" x2="${round(x + width)}" y1="${LEGEND.y}" y2="${LEGEND.y}"/>`;
    const text = `<text class="strong" x="${round(x + width + 6)}" y="${LEGEND.y + 4}">${escapeXml(name)}</text>`;
    x += width + 6 + name.length * LEGEND.letter + LEGEND.gap;
    return [mark, text];
  });
}

/** The lowest and the highest point of each stretch, in their order. */
function thinned(points: readonly ChartPoint[]): readonly ChartPoint[] {
  if (points.length <= MAX_POINTS) return points;
  const stretch = Math.ceil((2 * points.length) / MAX_POINTS);
  const kept: ChartPoint[] = [];
  for (let from = 0; from < points.length; from += stretch) {
    const part = points.slice(from, from + stretch);
    const low = part.reduce((a, b) => (b.y < a.y ? b : a));
    const high = part.reduce((a, b) => (b.y > a.y ? b : a));
    kept.push(...(low === high ? [low] : part.indexOf(low) < part.indexOf(high) ? [low, high] : [high, low]));
  }
  return kept;
}
