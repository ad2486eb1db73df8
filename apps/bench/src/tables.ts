import type { Ratio, Times } from './statistics.js';

/** A Markdown table; all columns but the first are set to the right. */
export const markdownTable = (head: string[], rows: string[][]) =>
  [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

export const spreadText = (times: Times, digits: number) => `${times.p10.toFixed(digits)}-${times.p90.toFixed(digits)}`;

export const ratioText = (ratio: Ratio) =>
  `${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)}-${ratio.max.toFixed(2)})`;
