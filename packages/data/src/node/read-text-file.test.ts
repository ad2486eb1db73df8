import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { readTextFile } from '../node.js';

it('reads a text file strictly', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-text-'));
  const file = (name: string) => join(folder, name);
  await writeFile(file('good'), 'Grüße\n');
  await writeFile(file('latin'), Buffer.from('Grüße', 'latin1'));
  await writeFile(file('empty'), '');
  await writeFile(file('packed.gz'), gzipSync('Grüße\n'));
  await writeFile(file('half.gz'), gzipSync('Grüße\n').subarray(0, 20));
  expect(await readTextFile(file('good'))).toBe('Grüße\n');
  expect(await readTextFile(file('packed.gz'))).toBe('Grüße\n');
  await expect(readTextFile(file('half.gz'))).rejects.toThrow(
    `${file('half.gz')} could not be unpacked: unexpected end`,
  );
  await expect(readTextFile(file('latin'))).rejects.toThrow(
    `${file('latin')} is not UTF-8 text: byte 0xfc at offset 2`,
  );
  await expect(readTextFile(file('empty'))).rejects.toThrow(`${file('empty')} is empty`);
  await expect(readTextFile(file('missing'))).rejects.toThrow(`${file('missing')} does not exist`);
  await expect(readTextFile(folder)).rejects.toThrow(`${folder} is a folder, not a text file`);
});
