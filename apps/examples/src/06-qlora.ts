// QLoRA: the frozen weights take 4 bits each, adapters beside them learn in full precision.
import { applyLora, mergeLora, removeLora } from '@ashlar/lora';
import { numParameters } from '@ashlar/nn';
import { useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { dequantizeModules, quantizeModules, sizeInBytes } from '@ashlar/quantization';
import * as tf from '@tensorflow/tfjs-core';
import { loss, say, townModel, train } from './town-model.js';

export async function main(log = console.log) {
  await useBackend(wasm());
  const { model, tokenizer, lesson, exam } = townModel();
  const heldOut = () => tf.tidy(() => loss(model, exam).dataSync()[0]!);
  const measure = async () => ({
    says: await say(model, tokenizer),
    heldOut: heldOut(),
    bytes: sizeInBytes(model).file,
  });
  const show = (name: string, { says, heldOut, bytes }: Awaited<ReturnType<typeof measure>>) =>
    log(`${name.padEnd(20)} "${says}"   held-out loss ${heldOut.toFixed(4)}   ${bytes} bytes`);

  const plain = await measure();
  show('float32', plain);
  // NF4: the 16 values that cut a normal distribution into equal parts, times a scale for each 64 weights
  const layers = await quantizeModules(model, { scheme: 'nf4' });
  const quantized = await measure();
  show(`${layers.length} layers in NF4`, quantized);

  applyLora(model, { rank: 4, alpha: 8 });
  log(`${numParameters(model)} parameters train`);
  train(model, 5e-3, 200, lesson);
  const adapted = await measure();
  show('with adapters', adapted);

  // nothing can be added to 4-bit weights: bring them back to float32 first
  dequantizeModules(model);
  mergeLora(model);
  removeLora(model);
  const merged = await measure();
  show('merged, float32', merged);
  model.dispose();
  return { plain, quantized, adapted, merged };
}
