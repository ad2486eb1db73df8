import { expect, it } from 'vitest';
import { chartSvg, type Chart } from './index.js';

const chart: Chart = {
  summary: 'reward over "KL"',
  x: { label: 'KL, nats a sequence' },
  y: { label: 'score & more' },
  series: [
    {
      name: 'path',
      points: [
        { x: 0, y: -0.4 },
        { x: 7, y: 1.2 },
      ],
      as: 'line',
      color: 'blue',
    },
    { name: 'end', points: [{ x: 7, y: 1.2, label: 'after < PPO' }], as: 'dots', color: 'orange' },
  ],
};

it('a chart has round axes around its points, a legend and labels, and needs nothing from outside', () => {
  const svg = chartSvg(chart);
  expect([...svg.matchAll(/class="middle"[^>]*>([^<]*)</g)].map(([, text]) => text)).toEqual([
    ...['0', '1', '2', '3', '4', '5', '6', '7'],
    'KL, nats a sequence',
  ]);
  expect([...svg.matchAll(/class="end"[^>]*>([^<]*)</g)].map(([, text]) => Number(text))).toEqual([
    -0.5, 0, 0.5, 1, 1.5,
  ]);
  for (const text of [
    '>path<',
    '>end<',
    '>after &lt; PPO<',
    '>score &amp; more<',
    'aria-label="reward over &quot;KL&quot;"',
  ])
    expect(svg).toContain(text);
  expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/http|NaN|undefined|Infinity/);
  expect(chartSvg(chart)).toBe(svg);
});

it.each([[[]], [[{ x: 2, y: 3 }]]])('a chart of hardly any points does not fall over: %j', (points) => {
  expect(chartSvg({ ...chart, series: [{ ...chart.series[0]!, points }] })).not.toMatch(/NaN|undefined|Infinity/);
});
