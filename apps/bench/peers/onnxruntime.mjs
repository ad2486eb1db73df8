import { InferenceSession, Tensor } from 'onnxruntime-node';
import { serve } from '../dist/serve.js';
import { options, version } from './onnxruntime-options.mjs';

/** `model.onnx` of the job folder (tooling/reference/export_onnx.py) on one thread; the cache goes in and out as tensors. */
await serve(async (job) => {
  const session = await InferenceSession.create(`${process.argv[2]}/model.onnx`, options);
  const { numLayers, numHeads, hiddenSize } = job.model;
  const empty = new Tensor('float32', new Float32Array(0), [1, numHeads, 0, hiddenSize / numHeads]);
  const names = Array.from({ length: numLayers }, (_, i) => [`${i}.key`, `${i}.value`]).flat();

  /** Reads tokens after `past`; the logits of the last and the longer cache. */
  async function read(tokens, past) {
    const ids = new Tensor('int64', BigInt64Array.from(tokens, BigInt), [1, tokens.length]);
    const { logits, ...present } = await session.run({ ids, ...past });
    return { logits: logits.data, past: Object.fromEntries(names.map((n) => [`past.${n}`, present[`present.${n}`]])) };
  }
  const start = () => Object.fromEntries(names.map((name) => [`past.${name}`, empty]));

  return {
    versions: { 'onnxruntime-node': version },
    async *generate(prompt, count) {
      let feed = prompt;
      let past = start();
      for (let i = 0; i < count; i++) {
        const result = await read(feed, past);
        const { logits } = result;
        past = result.past;
        let best = 0;
        for (let id = 1; id < logits.length; id++) if (logits[id] > logits[best]) best = id;
        feed = [best];
        yield best;
      }
    },
    async logits(prompt, ids) {
      let { logits, past } = await read(prompt, start());
      for (const id of ids) ({ logits, past } = await read([id], past));
      return logits;
    },
  };
});
