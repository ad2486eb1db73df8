import { memoryLimit } from '@ashlar/ops';
import { presets, pretrainingMemory } from '@ashlar/recipe';
import { gpt2Presets, parameterAccount, type Gpt2Config } from '@ashlar/transformer';
import { openBackend } from '../backend.js';
import { scaled, table, thousands } from '../format.js';
import { openModel } from '../inputs.js';
import { parameterRows } from '../parameter-rows.js';
import type { Printer } from '../terminal.js';

export interface InspectFlags {
  preset?: string;
  model?: string;
  /** Rows of a training step whose memory is estimated. */
  batchSize?: number;
  gradientCheckpointing?: boolean;
}

/** Parameters as the papers give them, in millions. */
const published: Record<string, number> = {
  gpt2: 124,
  'gpt2-medium': 355,
  'gpt2-large': 774,
  'gpt2-xl': 1558,
  'gpt3-small': 125,
};

export async function inspectCommand(flags: InspectFlags, printer: Printer): Promise<number> {
  const { preset, model } = flags;
  if ((preset === undefined) === (model === undefined)) throw new Error('inspect: give either --preset or --model');
  if (flags.gradientCheckpointing && flags.batchSize === undefined)
    throw new Error('inspect: --gradient-checkpointing goes with a --batch-size: it is about the memory of training');
  const config = preset === undefined ? await configOf(model!) : configOfPreset(preset);
  const { textbook, actual } = parameterAccount(config);
  const rows = parameterRows(config);
  const [inUnit, unit] = scaled(actual.total);
  const cells = rows.map(({ path, shape, count }) => [path, `[${shape.join(', ')}]`, thousands(count)]);
  table([['parameter', 'shape', 'values'], ...cells, ['total', '', thousands(actual.total)]], [2]).forEach((line) =>
    printer.say(line),
  );
  printer.say();
  printer.say('As textbooks count: matrices alone, and an unembedding of its own');
  const { tokenEmbedding, unembedding, attention, mlp, total } = textbook;
  const parts = { 'token embedding': tokenEmbedding, unembedding, attention, MLP: mlp };
  table(
    Object.entries(parts).map(([name, value]) => [`  ${name}`, inUnit(value)]),
    [1],
  ).forEach((line) => printer.say(line));
  printer.say(`  ${Object.values(parts).map(inUnit).join(' + ')} = ${inUnit(total)} ${unit}`);
  printer.say();
  const known = published[preset ?? ''];
  printer.say(
    `The model holds ${inUnit(actual.total)} ${unit}${known === undefined ? '' : ` and was published as ${known} million`}.`,
  );
  printer.say(
    `The difference is the tied unembedding: it is the token embedding itself and costs nothing (-${inUnit(unembedding)}),`,
  );
  printer.say(
    `besides what textbooks leave out: positions (+${inUnit(actual.positionEmbedding)}), biases and norms (+${inUnit(actual.vectors)}).`,
  );
  const memory = await sayMemory(config, flags, printer);
  printer.result({ parameters: actual.total, textbook, actual, ...(memory && { memory }) });
  return 0;
}

/** What a training step takes on wasm, if a number of rows is given. */
async function sayMemory(config: Gpt2Config, flags: InspectFlags, printer: Printer) {
  const { batchSize, gradientCheckpointing = false } = flags;
  if (batchSize === undefined) return null;
  await openBackend({ backend: 'wasm' });
  const settings = { batchSize, accumulation: 1, evaluationBatchSize: 1, gradientCheckpointing };
  const estimate = pretrainingMemory(config, settings, false);
  const { peak, ...terms } = estimate;
  const cells = Object.entries(terms).map(([name, bytes]) => [`  ${name}`, `${megabytes(bytes)} MB`]);
  printer.say();
  printer.say(
    `Training in steps of ${thousands(batchSize)} x ${thousands(config.contextLength)} tokens` +
      `${gradientCheckpointing ? ' with gradient checkpointing' : ''}, when most memory is held on wasm`,
  );
  table([...cells, ['  in all', `${megabytes(peak)} MB`]], [1]).forEach((line) => printer.say(line));
  const limit = memoryLimit()!;
  printer.say(
    `wasm can hold ${megabytes(limit)} MB: ${peak <= limit ? 'it fits.' : `it does not fit${smaller(flags)}.`}`,
  );
  return estimate;
}

/** What takes less memory. */
const smaller = ({ batchSize = 1, gradientCheckpointing }: InspectFlags) => {
  const ways = [...(batchSize > 1 ? ['a smaller --batch-size'] : []), ...(gradientCheckpointing ? [] : ['--gradient-checkpointing'])]; // prettier-ignore
  return ways.length > 0 ? `; try ${ways.join(' or ')}` : '';
};

const megabytes = (bytes: number) => (bytes < 1e7 ? (bytes / 1e6).toFixed(2) : thousands(bytes / 1e6));

function configOfPreset(name: string): Gpt2Config {
  if (Object.hasOwn(gpt2Presets, name)) return gpt2Presets[name as keyof typeof gpt2Presets];
  const names = [...new Set([...Object.keys(gpt2Presets), ...Object.keys(presets)])];
  if (!Object.hasOwn(presets, name))
    throw new Error(`no preset is called ${JSON.stringify(name)}; there are ${names.join(', ')}`);
  const { config } = presets[name as keyof typeof presets];
  const { intermediateSize, ...model } = config.model;
  // characters: as many as Tiny Shakespeare has
  return { ...model, vocabSize: config.tokenizer.vocabSize ?? 65, ...(intermediateSize && { intermediateSize }) };
}

async function configOf(folder: string): Promise<Gpt2Config> {
  await openBackend({ backend: 'wasm' });
  const { model } = await openModel(folder);
  model.dispose();
  return model.config;
}
