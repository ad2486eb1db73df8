// No training logic here: the worker runs the recipe and forwards what it tells.
import { memoryStore, type FileStore } from '@ashlar/checkpoint';
import { generateText, loadModel, PauseSwitch, pretrain, type LoadedModel, type TokenEvent } from '@ashlar/recipe';
import { openBackend } from './backends.js';
import { Outbox } from './outbox.js';
import type { Command, Message, ModelFiles, TrainingEvent } from './protocol.js';
import { tokenize } from './tokenize.js';

const post = (message: Message) => postMessage(message);
const MODEL_FILES = [
  'config.json',
  'generation_config.json',
  'model.safetensors',
  'tokenizer.json',
  'tokenizer_config.json',
];

let training: { pause: PauseSwitch; controller: AbortController } | undefined;
let generation: AbortController | undefined;
let loaded: LoadedModel | undefined;

async function run(command: Command): Promise<void> {
  switch (command.type) {
    case 'open':
      await openBackend(command.backend);
      return post({ type: 'opened', backend: command.backend });
    case 'tokenize':
      return post({ type: 'tokenized', id: command.id, tokenized: tokenize(command) });
    case 'pretrain':
      return train(command);
    case 'pause':
      return training?.pause.pause();
    case 'continue':
      return training?.pause.continue();
    case 'stop':
      return training?.controller.abort();
    case 'load':
      return use(await storeOf(command.files));
    case 'generate':
      return write(command);
    case 'interrupt':
      return generation?.abort();
  }
}

async function train({ text, config }: Extract<Command, { type: 'pretrain' }>): Promise<void> {
  training = { pause: new PauseSwitch(), controller: new AbortController() };
  const store = memoryStore();
  const outbox = new Outbox<TrainingEvent>((events) => post({ type: 'training', events }));
  try {
    const { pause, controller } = training;
    for await (const event of pretrain({ text, config, store, pause, signal: controller.signal }))
      if (event.type !== 'tokenizer') outbox.add(event);
    await use(store);
    post({ type: 'model', files: await filesOf(store, loaded!.folder) });
  } finally {
    outbox.flush();
    training = undefined;
  }
}

async function write({ prompt, options }: Extract<Command, { type: 'generate' }>): Promise<void> {
  if (!loaded) throw new Error('There is no trained model yet: train one first.');
  generation = new AbortController();
  const outbox = new Outbox<TokenEvent>((tokens) => post({ type: 'tokens', tokens }));
  for await (const token of generateText({ ...loaded, prompt, ...options, signal: generation.signal }))
    outbox.add(token);
  outbox.flush();
  post({ type: 'generated' });
}

/** Makes the model of a folder the one that generates. */
async function use(store: FileStore): Promise<void> {
  const next = await loadModel(store);
  loaded?.model.dispose();
  loaded = next;
}

async function filesOf(store: FileStore, folder: string): Promise<ModelFiles> {
  const files: ModelFiles = {};
  for (const name of MODEL_FILES) {
    const bytes = await store.read(`${folder}/${name}`);
    if (bytes) files[name] = bytes;
  }
  return files;
}

async function storeOf(files: ModelFiles): Promise<FileStore> {
  const store = memoryStore();
  for (const [name, bytes] of Object.entries(files)) await store.write(name, bytes);
  return store;
}

onmessage = ({ data }: MessageEvent<Command>) => {
  run(data).catch((error: unknown) => {
    post({ type: 'failed', during: data.type, sentence: error instanceof Error ? error.message : String(error) });
  });
};
