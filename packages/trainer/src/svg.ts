// an image in a page follows the reader's preference too
const STYLE = `
  .chart { --ink: #1f2328; --soft: #59636e; --grid: #d8dee4; --blue: #0969da; --orange: #bc4c00; --paper: #ffffff }
  @media (prefers-color-scheme: dark) {
    .chart { --ink: #e6edf3; --soft: #9198a1; --grid: #30363d; --blue: #58a6ff; --orange: #f0883e; --paper: #0d1117 }
  }
  .chart text { font: 13px system-ui, sans-serif; fill: var(--soft); font-variant-numeric: tabular-nums }
  .chart .strong { fill: var(--ink) }
  .chart .end { text-anchor: end }
  .chart .middle { text-anchor: middle }
  .chart .grid { stroke: var(--grid) }
  .chart .blue { --color: var(--blue) }
  .chart .orange { --color: var(--orange) }
  .chart .pale-line { fill: none; stroke: var(--color); stroke-width: 1; opacity: .35 }
  .chart .bar { fill: var(--color) }
  .chart .line { fill: none; stroke: var(--color); stroke-width: 2.2; stroke-linejoin: round }
  .chart .dots { fill: var(--color); stroke: var(--paper); stroke-width: 1.5 }
  .chart .baseline { stroke: var(--soft); stroke-dasharray: 5 4 }`;

/** An image of its own, for light and dark pages. */
export const svg = (
  { summary, width, height }: { summary: string; width: number; height: number },
  content: readonly string[],
): string =>
  [
    `<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(summary)}">`,
    `<style>${STYLE}\n</style>`,
    `<rect width="${width}" height="${height}" fill="var(--paper)"/>`,
    ...content,
    '</svg>\n',
  ].join('\n');

export const round = (value: number) => Math.round(value * 10) / 10;

export const escapeXml = (text: string) =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);
