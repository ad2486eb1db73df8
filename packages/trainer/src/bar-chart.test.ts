import { expect, test } from 'vitest';
import { barChartSvg } from './bar-chart.js';

const bars = [
  { name: 'a & b', value: 50, text: '50 %', color: 'blue' },
  { name: 'c', value: 25, color: 'orange' },
] as const;

/** Attributes of all elements of a class. */
const attributes = (image: string, kind: string, name: string) =>
  [...image.matchAll(new RegExp(`<rect class="${kind}[^>]* ${name}="([^"]+)"`, 'g'))].map(([, value]) => Number(value));

test('bars are as long as their values, from zero on', () => {
  const image = barChartSvg({ summary: 'Two bars', label: 'shares', bars, limit: { value: 100, label: 'most' } });
  const [first, second] = attributes(image, 'bar', 'width');
  expect(first! / second!).toBeCloseTo(2, 2);
  // the limit is the last tick: half of it is half of the width
  expect(first).toBeCloseTo((640 - 250) / 2, 0);
  expect(image).toContain('a &amp; b</text>');
  expect(image).toContain('>50 %</text>');
  expect(image).toContain('>most</text>');
  expect(image).toBe(barChartSvg({ summary: 'Two bars', label: 'shares', bars, limit: { value: 100, label: 'most' } }));
});

test('nothing to show is an empty frame', () => {
  expect(barChartSvg({ summary: 'None', label: 'shares', bars: [] })).toMatch(/^<svg [^]*<\/svg>\n$/);
});
