import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

it('runs from one bundle where the platform has only TextEncoder and TextDecoder', async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
    bundle: true,
    write: false,
    platform: 'neutral', // an import of a node builtin fails the build
    format: 'iife',
    globalName: 'ashlar',
    target: 'es2022',
  });
  const context = createContext({ TextEncoder, TextDecoder });
  runInContext(outputFiles[0]!.text, context);
  const result = runInContext(
    `{
      const text = 'The cat sat on the mat. 日本語 🌍'.repeat(20);
      const trained = ashlar.trainBpe(text, { vocabSize: 300 });
      const tokenizer = ashlar.Tokenizer.fromJSON(JSON.parse(JSON.stringify(trained.toJSON())));
      const ids = tokenizer.encode(text);
      const stream = tokenizer.decodeStream();
      JSON.stringify({
        shorter: ids.length < text.length / 3,
        decoded: tokenizer.decode(ids) === text,
        streamed: ids.map((id) => stream.push(id)).join('') + stream.end() === text,
        globals: ['process', 'Buffer', 'fetch', 'crypto', 'performance'].filter((name) => name in globalThis),
      });
    }`,
    context,
  ) as string;
  expect(JSON.parse(result)).toEqual({ shorter: true, decoded: true, streamed: true, globals: [] });
});
