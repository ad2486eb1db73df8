import { barChartSvg, chartSvg, type ChartSeries } from '@ashlar/trainer';
import { markdownTable, ratioText } from '../tables.js';
import { isOnProcessor, isRight, type BenchFile, type Result } from './result.js';

export const milliseconds = (ms: number | undefined) => (ms === undefined ? '' : ms < 1 ? ms.toFixed(4) : ms < 100 ? ms.toFixed(2) : ms.toFixed(0)); // prettier-ignore

/** A rate with a prefix: 41.2 GFLOP/s. */
export function rateText(perSecond: number | undefined, unit = ''): string {
  if (perSecond === undefined) return '';
  const [divisor, prefix] = perSecond >= 1e9 ? [1e9, 'G'] : perSecond >= 1e6 ? [1e6, 'M'] : perSecond >= 1e3 ? [1e3, 'k'] : [1, '']; // prettier-ignore
  return `${(perSecond / divisor).toFixed(1)} ${prefix}${unit}`;
}

/** The most that was measured of this machine: before, after, or beside a result. */
export const peakOf = ({ machine, results }: BenchFile) =>
  Math.max(
    ...machine.roofline.map((one) => one.flopsPerSecond),
    ...results.map(({ peakPerSecond }) => peakPerSecond ?? 0),
  );
const readingOf = ({ machine }: BenchFile) => Math.max(...machine.roofline.map((one) => one.readPerSecond));

/** The share of one core's peak that a result comes to; null where that says nothing. */
function shareOfPeak(result: Result, peak: number): number | null {
  const { flops, medianMs } = result;
  if (flops === undefined || medianMs === undefined || !isOnProcessor(result.backend)) return null;
  return (1000 * flops) / medianMs / peak;
}

const percent = (share: number | null) => (share === null ? '' : `${(100 * share).toFixed(0)} %`);

const headings: Record<string, string> = {
  kernels: 'Kernels',
  quantized: 'Quantized linear',
  train: 'A training step',
  generate: 'Generation',
  tokenizer: 'Tokenizer',
};

export function checkText({ check, status, message }: Result): string {
  if (!check) return message ?? status;
  const slope = check.slopeDifference === undefined ? '' : `, slope ${check.slopeDifference.toExponential(0)}`;
  const error = `${check.maxAbs.toExponential(1)} of ${check.tolerance.toExponential(0)}${slope}`;
  if (status === 'unstable') return `${error}; unstable: ${message}`;
  if (message !== undefined) return `**${status}: ${message.split('\n')[0]}**`;
  return check.pass ? error : `**wrong: ${error}**`;
}

/** Who did it: jax-js, wasm. */
export const whoText = ({ by, backend, threads }: Result) =>
  [by, backend === 'wasm-threads' ? 'wasm' : backend, threads && `${threads} ${threads > 1 ? 'threads' : 'thread'}`].filter(Boolean).join(', '); // prettier-ignore

/** Those who took turns at the same work, each in a realm of its own. */
function turnsMarkdown(results: readonly Result[]): string[] {
  const turns = results.filter(({ by }) => by !== undefined);
  if (turns.length === 0) return [];
  return [
    '### In turns',
    '',
    markdownTable(
      ['work', 'by', 'ms, median', '10-90 %', 'times the first (range of rounds)', 'first call, ms', 'error'],
      turns.map((result) => [
        isRight(result) ? result.work : `~~${result.work}~~`,
        whoText(result),
        milliseconds(result.medianMs),
        result.medianMs === undefined ? '' : `${milliseconds(result.p10Ms)}-${milliseconds(result.p90Ms)}`,
        isRight(result) && result.ratio ? ratioText(result.ratio) : '',
        milliseconds(result.firstMs),
        checkText(result),
      ]),
    ),
    '',
  ];
}

/** Results as Markdown, a table for each group; what was wrong is struck out and has no rate. */
export function suiteMarkdown(file: BenchFile): string {
  const { machine, results, createdAt, packages } = file;
  const peak = peakOf(file);
  const [before, after] = machine.roofline;
  const alone = results.filter(({ by }) => by === undefined);
  const tables = [...new Set(alone.map(({ group }) => group))].flatMap((group) => [
    `### ${headings[group] ?? group}`,
    '',
    markdownTable(
      ['work', 'backend', 'ms, median', '10-90 %', 'first call, ms', 'runs a wait', 'rate', 'of peak', 'bytes/s of weights or data', 'error'], // prettier-ignore
      alone
        .filter((result) => result.group === group)
        .map((result) => {
          const isRanked = isRight(result);
          return [
            isRanked ? result.work : `~~${result.work}~~`,
            result.backend,
            milliseconds(result.medianMs),
            result.medianMs === undefined ? '' : `${milliseconds(result.p10Ms)}-${milliseconds(result.p90Ms)}`,
            milliseconds(result.firstMs),
            result.batch === undefined ? '' : String(result.batch),
            isRanked ? rateText(result.perSecond, result.unit) : '',
            isRanked ? percent(shareOfPeak(result, peak)) : '',
            isRanked && result.bytes !== undefined ? rateText((1000 * result.bytes) / result.medianMs!, 'B/s') : '',
            checkText(result),
          ];
        }),
    ),
    '',
  ]);
  const where = [machine.cpu, `${machine.cpuThreads} threads`, machine.os, machine.node ?? machine.browser];
  return [
    `# Ashlar's benchmark suite, ${createdAt.slice(0, 10)}`,
    '',
    `${where.filter(Boolean).join(', ')}${machine.load ? `, load ${machine.load.map((x) => x.toFixed(1)).join(' to ')}` : ''}.`,
    `One core in 128-bit wasm: ${rateText(before.flopsPerSecond, 'FLOP/s')} before, ${rateText(after.flopsPerSecond, 'FLOP/s')} after; it reads ${rateText(readingOf(file), 'B/s')} and copies ${rateText(Math.max(before.copyPerSecond, after.copyPerSecond), 'B/s')}.`,
    ...(machine.gpu ? [`GPU: ${machine.gpu.name}${machine.gpu.software ? ', a processor that plays one: not comparable' : ''}.`] : []), // prettier-ignore
    ...file.proof.map(({ backend, resultsIn }) => `Results of ${backend} were found in ${resultsIn}.`),
    `${Object.entries(packages).map((pair) => pair.join(' ')).join(', ')}.`, // prettier-ignore
    '',
    ...tables,
    ...turnsMarkdown(results),
  ].join('\n');
}

const isBar = (result: Result) =>
  isRight(result) &&
  result.by === undefined &&
  result.flops !== undefined &&
  (result.group === 'kernels' || result.group === 'quantized');

const isAshlarAlone = ({ by, threads = 1 }: Result) => by === 'ashlar' && threads === 1;

/** The training steps to be drawn; Ashlar on one thread among those who took turns only where it is not there already. */
function stepsOf({ results }: BenchFile): Result[] {
  const steps = results.filter((result) => isRight(result) && result.group === 'train');
  const known = new Set(steps.filter(({ by }) => by === undefined).map(({ work }) => work));
  return steps.filter((step) => !(isAshlarAlone(step) && known.has(step.work)));
}

/** The plots that there are results for, by what their files are called. */
export const plotsOf = (file: BenchFile): [name: string, svg: string][] => [
  ...(file.results.some(isBar) ? [['kernels', kernelsSvg(file)] as [string, string]] : []),
  ...(stepsOf(file).length > 0 ? [['training', trainingSvg(file)] as [string, string]] : []),
];

/** Kernels as bars beside what one core of this machine can do. */
export function kernelsSvg(file: BenchFile): string {
  const peak = peakOf(file);
  const shown = file.results.filter(isBar);
  const isMixed = new Set(shown.map(({ backend }) => backend)).size > 1;
  return barChartSvg({
    summary: `Floating-point operations a second of ${shown.length} kernels`,
    label: 'GFLOP/s by the median',
    limit: { value: peak / 1e9, label: `one core in wasm: ${(peak / 1e9).toFixed(1)}` },
    bars: shown.map((result) => {
      const rate = (1000 * result.flops!) / result.medianMs!;
      return {
        name: `${result.work.replace('.f32', '')}${isMixed ? `, ${result.backend}` : ''}`,
        value: rate / 1e9,
        text: isOnProcessor(result.backend) ? percent(rate / peak) : (rate / 1e9).toFixed(1),
        color: isOnProcessor(result.backend) ? ('blue' as const) : ('orange' as const),
      };
    }),
  });
}

const power = (value: number) => Math.log10(value);

/** The time of a training step over the size of the model, and the least that one core's arithmetic takes. */
export function trainingSvg(file: BenchFile): string {
  const peak = peakOf(file);
  const steps = stepsOf(file);
  const point = (result: Result, ms: number) => ({ x: power(result.params['parameters'] as number), y: power(ms) });
  const series = [...new Set(steps.map(whoText))].flatMap((who): ChartSeries[] => {
    const own = steps.filter((step) => whoText(step) === who);
    const [{ by, backend }] = own as [Result];
    const points = own.map((step) => point(step, step.medianMs!));
    if (by !== undefined) {
      const label = { ...points.at(-1)!, label: who };
      const color = isAshlarAlone(own[0]!) ? 'blue' : 'orange';
      return [
        { points, as: 'pale-line', color },
        { points: [...points.slice(0, -1), label], as: 'dots', color },
      ];
    }
    const labels = own.map(({ work, medianMs }) => `${work.split('.').at(-1)} ${milliseconds(medianMs)} ms`);
    const color = backend === 'wasm' ? 'blue' : 'orange';
    return [
      { name: who, points, as: 'line', color },
      { points: points.map((one, i) => ({ ...one, label: labels[i]! })), as: 'dots', color },
    ];
  });
  const floor = steps
    .filter((step, _, [first]) => whoText(step) === whoText(first!))
    .map((step) => point(step, (1000 * step.flops!) / peak));
  return chartSvg({
    summary: `Milliseconds of a training step for ${steps.length} models`,
    x: { label: 'parameters, powers of ten' },
    y: { label: 'ms a step, powers of ten' },
    series: [...series, { name: 'arithmetic alone, one core', points: floor, as: 'pale-line', color: 'orange' }],
  });
}
