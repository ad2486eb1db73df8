import { useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { Tokenizer, trainBpe } from '@ashlar/tokenizer';
import { opsVersion } from './own-version.js';
import { serveWorks, type Worker } from './serve.js';
import { readText, readWork } from './works/folder.js';
import { mergesOf } from './works/merges.js';
import { productWorker } from './works/product.js';

await useBackend(wasm());

/** Works of the suite by Ashlar, in a process of its own. */
await serveWorks({ '@ashlar/ops': opsVersion }, (name, folder): Worker => {
  const work = readWork(folder, name);
  if (work.kind === 'product') return productWorker(work, folder);
  const text = readText(folder, work.text);
  if (work.kind === 'train-bpe') {
    let trained: Tokenizer;
    return {
      run: () => void (trained = trainBpe(text, { vocabSize: work.vocabSize })),
      outcome: () => mergesOf(trained.toJSON()).map((pair) => pair.join(' ')),
    };
  }
  const tokenizer = Tokenizer.fromJSON(JSON.parse(readText(folder, work.tokenizer)));
  let ids: ArrayLike<number> = [];
  return { run: () => void (ids = tokenizer.encode(text)), outcome: () => Array.from(ids) };
});
