import { InferenceSession, Tensor } from 'onnxruntime-node';
import { serveWorks } from '../dist/serve.js';
import { readOperand, readWork } from '../dist/works.js';
import { options, version } from './onnxruntime-options.mjs';

/** Products on one thread, from the files of tooling/reference/export_products.py; both operands are inputs. */
await serveWorks({ 'onnxruntime-node': version }, async (name, folder) => {
  const { a, b } = readWork(folder, name);
  const session = await InferenceSession.create(`${folder}/${name}.onnx`, options);
  const upload = (operand) => new Tensor('float32', readOperand(folder, operand), operand.shape);
  const feeds = { a: upload(a), b: upload(b) };
  let last;
  return { run: async () => void (last = await session.run(feeds)), outcome: () => last.c.data };
});
