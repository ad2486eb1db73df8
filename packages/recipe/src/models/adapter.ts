import { decodeSafetensors, encodeSafetensors, joinPath, pathIn, type FileStore } from '@ashlar/checkpoint';
import { applyLora, applyPeft, mergeLora, removeLora, toPeft } from '@ashlar/lora';
import type { Gpt2 } from '@ashlar/transformer';
import type { AdapterConfig } from '../config/sft-config.js';
import { weightsFingerprint } from './fingerprint.js';

/** Puts adapters on a model. */
export function adapt(model: Gpt2, { rank, alpha, dropout, targetModules }: AdapterConfig, seed: number): string[] {
  const targets = targetModules.length > 0 ? { targetModules } : {};
  return applyLora(model, { rank, alpha, dropout, seed, ...targets });
}

/** Puts a model's adapters into its weights and takes them off: it is a plain model again. */
export function mergeAdapter(model: Gpt2): void {
  mergeLora(model);
  removeLora(model);
}

const CONFIG = 'adapter_config.json';
const WEIGHTS = 'adapter_model.safetensors';

/** Where the weights' file says which base they were made for. */
const BASE = 'ashlar_base_sha256';

/**
 * Writes a model's adapters as the folder that Python's `PeftModel.from_pretrained` opens. The weights come last.
 *
 * @param base `weightsFingerprint` of the model before it was adapted
 */
export async function saveAdapter(store: FileStore, folder: string, model: Gpt2, base: string): Promise<void> {
  const { config, tensors } = await toPeft(model, { prefix: 'transformer.', fanInFanOut: true });
  const text = new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`);
  await store.write(joinPath(folder, CONFIG), text);
  const metadata = { format: 'pt', [BASE]: base };
  await store.write(joinPath(folder, WEIGHTS), encodeSafetensors(tensors, { metadata }));
}

/**
 * Puts the adapters of a folder on a model.
 *
 * @throws Error of one sentence for a folder without adapters, or with those of another base: other shapes, or, where the
 *   folder says which base it was, other weights
 */
export async function loadAdapter(store: FileStore, folder: string, model: Gpt2): Promise<string[]> {
  const [config, weights] = [await store.read(joinPath(folder, CONFIG)), await store.read(joinPath(folder, WEIGHTS))];
  if (!config || !weights)
    throw new Error(`${pathIn(store, folder)} is no adapter folder: it has no ${config ? WEIGHTS : CONFIG}`);
  const { tensors, metadata } = decodeSafetensors(weights);
  const base = metadata[BASE];
  if (base !== undefined && base !== (await weightsFingerprint(model)))
    throw new Error(
      `${pathIn(store, folder)}: the adapters belong to another base: they were trained on a model with other weights than this one`,
    );
  return applyPeft(model, { config: JSON.parse(new TextDecoder().decode(config)) as Record<string, unknown>, tensors });
}
