// Makes the prepared results of the page: runs every step by the page's own code, in Node, and writes what it tells.
import { mkdir, writeFile } from 'node:fs/promises';
import { storyWorld } from '@ashlar/data';
import { useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { recipeConfig } from '@ashlar/recipe';
import { compress } from '../src/engine/compress.js';
import { examine } from '../src/engine/examine.js';
import { Job } from '../src/engine/job.js';
import { Laboratory } from '../src/engine/laboratory.js';
import { chatStages, type ModelStage } from '../src/engine/model-stages.js';
import { packWeights, unpackWeights } from '../src/engine/packed-weights.js';
import { sha256, type PreparedModel, type PreparedResults } from '../src/engine/prepared.js';
import type { Message, ModelFiles } from '../src/engine/protocol.js';
import { slim } from './slim.js';

const folder = new URL('../public/prepared/', import.meta.url);
const WEIGHTS = 'model.safetensors';

await useBackend(wasm());
await mkdir(folder, { recursive: true });
const settings = recipeConfig('usual', JSON.parse(process.argv[2] ?? '{}') as object);
const { seed, tokenizer, model, pretrain, world, report } = settings;
const config = { seed, tokenizer, model, ...pretrain };
const text = storyWorld({ seed, ...world }).pretrainingText;

const messages: Message[] = [];
const models: Partial<Record<ModelStage, PreparedModel>> = {};
const found = new Map<ModelStage, ModelFiles>();
const laboratory = new Laboratory(settings, (message) => {
  if (message.type === 'model') found.set(message.stage, message.files);
  else if (message.type !== 'answering' && message.type !== 'examined') messages.push(message);
});

const seconds: Record<string, number> = {};
const step = async (name: string, work: (job: Job) => Promise<void>): Promise<void> => {
  const start = performance.now();
  await work(new Job());
  seconds[name] = Math.round((performance.now() - start) / 1000);
  console.log(`${name}: ${seconds[name]} s`);
};
await step('pretrain', (job) => laboratory.pretrain({ type: 'pretrain', text, config }, job));
await step('sft', (job) => laboratory.sft(job));
await step('compare', (job) => laboratory.compare({ type: 'compare', count: 12, seed: 0, ruled: false }, job));
await step('reward', (job) => laboratory.reward({ type: 'reward', preferences: [], withWorld: true }, job));
await step('ppo', (job) => laboratory.ppo(job));

for (const [stage, files] of found) {
  const packed = await packWeights(files[WEIGHTS]!);
  await writeFile(new URL(`${stage}.bin`, folder), packed);
  const texts = Object.entries(files).filter(([name]) => name !== WEIGHTS);
  models[stage] = {
    bytes: packed.length,
    sha256: await sha256(packed),
    texts: Object.fromEntries(texts.map(([name, bytes]) => [name, new TextDecoder().decode(bytes)])),
  };
  laboratory.shelf.put(stage, { ...files, [WEIGHTS]: await unpackWeights(packed) });
  console.log(`${stage}: ${packed.length} bytes`);
}
// the models are examined as the page will have them, with rounded weights
for (const stage of chatStages) {
  const chat = await laboratory.shelf.chat(stage);
  const options = { report, job: new Job(), onProgress: () => {} };
  const examined = (await examine(chat, laboratory.data.heldOutQuestions, options))!;
  console.log(`${stage}: right ${examined.exact}, the world's rule ${examined.reward}`);
  messages.push({ type: 'examined', stage, examined });
}
const results: PreparedResults = {
  settings,
  config,
  seconds,
  models: models as PreparedResults['models'],
  messages: messages.map(slim),
};
await writeFile(new URL('results.bin', folder), await compress(new Blob([JSON.stringify(results)])));
