// LoRA: the lesson of 03 again, in two small matrices beside each frozen weight, which can be taken off, merged and shared.
import { encodeSafetensors } from '@ashlar/checkpoint';
import { applyLora, disabled, mergeLora, removeLora, toPeft } from '@ashlar/lora';
import { numParameters } from '@ashlar/nn';
import { useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import * as tf from '@tensorflow/tfjs-core';
import { loss, say, townModel, train } from './town-model.js';

export async function main(log = console.log) {
  await useBackend(wasm());
  const { model, tokenizer, lesson, exam } = townModel();
  const heldOut = () => tf.tidy(() => loss(model, exam).dataSync()[0]!);
  const whole = numParameters(model);
  const before = heldOut();

  const adapted = applyLora(model, { rank: 4, alpha: 8 });
  const trained = numParameters(model);
  const share = ((100 * trained) / whole).toFixed(1);
  log(`${adapted.length} linears adapted: ${trained} of ${whole} parameters train (${share} %)`);
  log(`an adapter that has learnt nothing changes nothing: held-out loss ${before} and ${heldOut()}`);

  train(model, 5e-3, 200, lesson);
  const says = { on: await say(model, tokenizer), off: await disabled(model, () => say(model, tokenizer)), merged: '' };
  const after = { on: heldOut(), off: disabled(model, heldOut) };
  log(`with the adapter:    "${says.on}"   held-out loss ${after.on.toFixed(3)}`);
  log(`switched off:        "${says.off}"   held-out loss ${after.off.toFixed(3)}, the base's to the last bit`);

  // the two files that Python's PEFT opens; the base is not in them
  const { config, tensors } = await toPeft(model, { prefix: 'transformer.', fanInFanOut: true });
  const bytes = encodeSafetensors(tensors, { metadata: { format: 'pt' } }).length;
  log(
    `adapter_model.safetensors: ${bytes} bytes; target_modules: ${(config['target_modules'] as string[]).join(', ')}`,
  );

  mergeLora(model);
  removeLora(model);
  says.merged = await say(model, tokenizer);
  log(`merged, and removed: "${says.merged}"   a plain model of ${numParameters(model)} parameters`);
  model.dispose();
  return { says, before, after, whole, trained, bytes };
}
