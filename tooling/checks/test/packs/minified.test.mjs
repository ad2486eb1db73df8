import { build } from 'esbuild';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { run } from '../../src/repository.mjs';
import { scratch } from '../../src/scratch.mjs';

const model = `
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { LayerNorm, Linear, Module, stateDict } from '@ashlar/nn';

class Block extends Module {
  lnOne = new LayerNorm(4);
  qProj = new Linear(4, 4, { bias: false });
}

class Toy extends Module {
  layers = [new Block(), new Block()];
  head = new Linear(4, 2);
}

await tf.setBackend('cpu');
console.log(JSON.stringify([...stateDict(new Toy()).keys()]));
`;

it('a model that was bundled and minified keeps the names of its parameters', async () => {
  const { outputFiles } = await build({
    stdin: { contents: model, resolveDir: scratch },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    external: ['@tensorflow/*'],
    write: false,
  });
  const [{ text }] = outputFiles;
  expect(text).not.toMatch(/class (Block|Toy|Linear|LayerNorm)\b/); // it was minified indeed
  writeFileSync(join(scratch, 'minified.mjs'), text);
  const { status, stdout, output } = run(process.execPath, ['minified.mjs'], { cwd: scratch });
  expect(status, output).toBe(0);
  const block = (index) => ['ln_one.weight', 'ln_one.bias', 'q_proj.weight'].map((name) => `layers.${index}.${name}`);
  expect(JSON.parse(stdout.trim().split('\n').at(-1)).sort()).toEqual(
    [...block(0), ...block(1), 'head.weight', 'head.bias'].sort(),
  );
});
