import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readTextFile } from '../node.js';

it('reads a text file strictly', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-text-'));
  const file = (name: string) => join(folder, name);
  await writeFile(file('good'), 'Grüße\n');
  await writeFile(file('latin'), Buffer.from('Grüße', 'latin1'));
  await writeFile(file('empty'), '');
  expect(await readTextFile(file('good'))).toBe('Grüße\n');
  await expect(readTextFile(file('latin'))).rejects.toThrow(
    `${file('latin')} is not UTF-8 text: byte 0xfc at offset 2`,
  );
  await expect(readTextFile(file('empty'))).rejects.toThrow(`${file('empty')} is empty`);
  await expect(readTextFile(file('missing'))).rejects.toThrow(`${file('missing')} does not exist`);
  await expect(readTextFile(folder)).rejects.toThrow(`${folder} is a folder, not a text file`);
});
