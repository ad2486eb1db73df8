import type { Roofline } from '../roofline.js';
import type { Entry, StepProfile } from './profile-step.js';

/** A row of the table: what a part of the step takes, and what the machine would need for it at least. */
export interface ProfileRow {
  what: string;
  calls?: number;
  ms: number;
  /** The longer of its operations at the peak and its bytes at the speed of copying. */
  floorMs?: number;
  bound?: 'arithmetic' | 'memory';
}

/** What a part would take at least; nothing where its work is not known. */
function floorOf({ work }: Entry, { flopsPerSecond, copyPerSecond }: Roofline): Pick<ProfileRow, 'floorMs' | 'bound'> {
  if (!work) return {};
  const arithmetic = (1e3 * work.operations) / flopsPerSecond;
  // a byte that is copied is read and written
  const memory = (1e3 * work.bytes) / (2 * copyPerSecond);
  return { floorMs: Math.max(arithmetic, memory), bound: arithmetic >= memory ? 'arithmetic' : 'memory' };
}

const isProduct = (what: string) => what.includes('] x [');

/** Rows in the order of the step; products of matrices first. */
export function profileRows(profile: StepProfile, roofline: Roofline): ProfileRow[] {
  const rows = (entries: Map<string, Entry>, title = (name: string) => name) =>
    [...entries].map(([name, entry]) => ({
      what: title(name),
      calls: entry.calls,
      ms: entry.milliseconds,
      ...floorOf(entry, roofline),
    }));
  const kernels = rows(profile.kernels).filter(({ what }) => !what.endsWith('_scratch'));
  const { calls, milliseconds } = profile.allocation;
  return [
    ...kernels.filter(({ what }) => isProduct(what)),
    ...kernels.filter(({ what }) => !isProduct(what)),
    ...rows(profile.stock, (name) => `${name} of tfjs`),
    { what: 'tensors made and freed', calls, ms: milliseconds },
    { what: 'JavaScript: model, tape, engine, arguments', ms: profile.scriptMs },
  ];
}

/** Below this a row says little and is added to one for all of them, in milliseconds. */
const little = 0.05;

/** The rows, their sum, and what the products of matrices alone would take. */
export function profileMarkdown(rows: readonly ProfileRow[], stepMs: number): string {
  const [large, small] = [rows.filter(({ ms }) => ms >= little), rows.filter(({ ms }) => ms < little)];
  const products = sum('products of matrices', rows.filter(({ what }) => isProduct(what))); // prettier-ignore
  const all = sum('all rows', rows);
  const body = [
    ...large,
    ...(small.length > 0 ? [sum(`${small.length} others, each below ${little} ms`, small)] : []),
    products,
    all,
  ].map(({ what, calls, ms, floorMs, bound }) => [
    what,
    calls?.toString() ?? '',
    ms.toFixed(2),
    floorMs?.toFixed(2) ?? '',
    floorMs === undefined ? '' : (floorMs / ms).toFixed(2),
    bound ?? '',
  ]);
  const table = [['what', 'calls', 'ms', 'floor, ms', 'floor / ms', 'bound by'], ['---', '--:', '--:', '--:', '--:', '---'], ...body]; // prettier-ignore
  const arithmetic = products.floorMs!;
  return [
    table.map((row) => `| ${row.join(' | ')} |`).join('\n'),
    '',
    `A step that nothing looks at took ${stepMs.toFixed(1)} ms; the products of matrices at the peak would take ` +
      `${arithmetic.toFixed(1)} ms: **${(arithmetic / stepMs).toFixed(2)}** of it.`,
  ].join('\n');
}

/** Several rows as one. */
function sum(what: string, rows: readonly ProfileRow[]): ProfileRow {
  const add = (of: (row: ProfileRow) => number | undefined) => rows.reduce((total, row) => total + (of(row) ?? 0), 0);
  return { what, calls: add(({ calls }) => calls), ms: add(({ ms }) => ms), floorMs: add(({ floorMs }) => floorMs) };
}
