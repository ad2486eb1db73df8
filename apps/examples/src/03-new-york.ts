// Fine-tuning: a small model that has learnt to say "I love New York City" learns to say "I love New York Zoo",
// while half of every batch is other text, so that it forgets as little as possible of that.
import { useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import * as tf from '@tensorflow/tfjs-core';
import { continuation, probabilities } from './probabilities.js';
import { loss, newEnd, say, townModel, train } from './town-model.js';

export async function main(log = console.log) {
  await useBackend(wasm());
  const { model, tokenizer, lesson, exam } = townModel();
  const report = async () => ({
    says: await say(model, tokenizer),
    zoo: continuation(model, tokenizer, 'I love New York', ' Zoo'),
    city: continuation(model, tokenizer, 'I love New York', ' City'),
    heldOut: tf.tidy(() => loss(model, exam).dataSync()[0]!),
    prefixes: probabilities(model, tokenizer, newEnd),
  });
  const before = await report();
  train(model, 5e-4, 200, lesson);
  const after = await report();
  model.dispose();

  log(`before: "${before.says}"   p(" Zoo") = ${before.zoo.toFixed(4)}   held-out loss ${before.heldOut.toFixed(3)}`);
  log(`after:  "${after.says}"   p(" Zoo") = ${after.zoo.toFixed(4)}   held-out loss ${after.heldOut.toFixed(3)}`);
  log('probability and loss of each token after all before it, before -> after:');
  before.prefixes.forEach(({ token, p }, i) => {
    const q = after.prefixes[i]!.p;
    const [loss, lossAfter] = [-Math.log(p), -Math.log(q)].map((nats) => nats.toFixed(2));
    log(`  ${JSON.stringify(token).padEnd(9)} ${p.toFixed(4)} -> ${q.toFixed(4)}   loss ${loss} -> ${lossAfter}`);
  });
  const change = after.heldOut - before.heldOut;
  log(`what it forgot: p(" City") ${before.city.toFixed(4)} -> ${after.city.toFixed(4)}`);
  log(`what it kept:   the held-out loss of the other text changed by ${change.toFixed(3)} nats`);
  return { before, after };
}
