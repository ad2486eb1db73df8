import { describe, expect, it } from 'vitest';
import { lossCurveSvg } from './index.js';
import { smoothed } from './loss-curve.js';
import { niceTicks } from './nice-ticks.js';

const points = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ step: i + 1, loss: 2 + 2 / (i + 1) + 0.1 * Math.sin(i) }));
const count = (svg: string, part: string) => svg.split(part).length - 1;

describe('lossCurveSvg', () => {
  it('draws both losses, the axes and the line of guessing', () => {
    const heldOut = [0, 50, 100].map((step) => ({ step, loss: 4 - step / 50 }));
    const svg = lossCurveSvg({ training: points(100), heldOut, steps: 100, baseline: { loss: 4.17, label: 'a < b' } });
    expect(count(svg, '<circle')).toBe(4); // three and the legend's
    expect(svg).toContain('held-out, 2.000 at step 100');
    expect(svg).toContain('>a &lt; b</text>');
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(lossCurveSvg({ training: points(100), heldOut, steps: 100, baseline: { loss: 4.17, label: 'a < b' } })).toBe(
      svg,
    );
  });

  it('stays small and keeps the extremes of a long run', () => {
    const training = points(50_000);
    training[31_234]!.loss = 9;
    const svg = lossCurveSvg({ training, heldOut: [], steps: 50_000 });
    expect(svg.length).toBeLessThan(60_000);
    const heights = [...svg.matchAll(/[\d.]+,([\d.]+)/g)].map(([, y]) => Number(y));
    expect(Math.min(...heights)).toBeLessThan(100);
  });

  it.each([
    { training: [], heldOut: [] },
    { training: [{ step: 1, loss: 3 }], heldOut: [] },
    { training: [], heldOut: [{ step: 0, loss: 3 }] },
  ])('draws hardly anything without falling over: $training $heldOut', (curves) => {
    expect(lossCurveSvg({ ...curves, steps: 1 })).not.toMatch(/NaN|undefined|Infinity/);
  });
});

it('smoothing keeps a level, does not lag, and begins and ends where the curve does', () => {
  const step = smoothed(Array.from({ length: 400 }, (_, i) => ({ step: i, loss: i < 200 ? 4 : 1 })));
  expect(step[150]!.loss).toBeCloseTo(4, 9);
  expect(step[199]!.loss + step[200]!.loss).toBeCloseTo(5, 9);
  expect(step[250]!.loss).toBeCloseTo(1, 9);
  const slope = smoothed(Array.from({ length: 400 }, (_, i) => ({ step: i, loss: i })));
  for (const { step, loss } of slope) expect(loss).toBeCloseTo(step, 9);
});

it('ticks are round and enclose the values', () => {
  expect(niceTicks(1.61, 4.2, 6)).toEqual([1.5, 2, 2.5, 3, 3.5, 4, 4.5]);
  expect(niceTicks(0, 2000, 8)).toEqual([0, 250, 500, 750, 1000, 1250, 1500, 1750, 2000]);
});
