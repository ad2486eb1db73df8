import { niceTicks } from './nice-ticks.js';
import { escapeXml, round, svg } from './svg.js';

/** Amounts side by side, one bar a line. */
export interface BarChart {
  /** What it shows, for readers who do not see it. */
  summary: string;
  /** What the bars measure, from zero on. */
  label: string;
  bars: readonly {
    name: string;
    value: number;
    /** Written at its end. */
    text?: string;
    color: 'blue' | 'orange';
  }[];
  /** A dashed line down, such as what a machine can do at most. */
  limit?: { value: number; label: string };
}

const WIDTH = 720;
const ROW = 24;
const THICK = 15;
const PLOT = { left: 250, right: 640, top: 44 };
const BELOW = 48;

/** A bar chart as an SVG image of its own, for light and dark pages; equal charts give equal bytes. */
export function barChartSvg({ summary, label, bars, limit }: BarChart): string {
  const { left, right, top } = PLOT;
  const bottom = top + ROW * bars.length;
  const ticks = niceTicks(0, Math.max(0, ...bars.map(({ value }) => value), limit?.value ?? 0), 6);
  const place = (value: number) => round(left + ((right - left) * value) / (ticks.at(-1) || 1));
  return svg({ summary, width: WIDTH, height: bottom + BELOW }, [
    ...ticks.flatMap((tick) => [
      `<line class="grid" x1="${place(tick)}" x2="${place(tick)}" y1="${top}" y2="${bottom}"/>`,
      `<text class="middle" x="${place(tick)}" y="${bottom + 18}">${tick}</text>`,
    ]),
    `<text class="middle" x="${(left + right) / 2}" y="${bottom + 38}">${escapeXml(label)}</text>`,
    ...bars.flatMap(({ name, value, text, color }, i) => {
      const y = top + ROW * i;
      return [
        `<text class="strong end" x="${left - 8}" y="${round(y + ROW / 2 + 4.5)}">${escapeXml(name)}</text>`,
        `<rect class="bar ${color}" x="${left}" y="${round(y + (ROW - THICK) / 2)}" width="${round(place(value) - left)}" height="${THICK}"/>`,
        ...(text === undefined
          ? []
          : [`<text x="${round(place(value) + 6)}" y="${round(y + ROW / 2 + 4.5)}">${escapeXml(text)}</text>`]),
      ];
    }),
    ...(limit
      ? [
          `<line class="baseline" x1="${place(limit.value)}" x2="${place(limit.value)}" y1="${top - 8}" y2="${bottom}"/>`,
          `<text class="end" x="${place(limit.value)}" y="${top - 14}">${escapeXml(limit.label)}</text>`,
        ]
      : []),
  ]);
}
