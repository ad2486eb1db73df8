import { expect, it } from 'vitest';
import { budgets, sizeTable, sizes } from '../../src/sizes.mjs';

it('every entry is as small as its budget says, minified and gzipped', async () => {
  const [measured, allowed] = [await sizes(), budgets()];
  console.log(`size (min+gzip) and budget\n${sizeTable(measured, allowed)}`);
  expect(Object.keys(allowed).sort()).toEqual(Object.keys(measured).sort());
  for (const [entry, bytes] of Object.entries(measured)) expect(bytes, entry).toBeLessThanOrEqual(allowed[entry]);
});
