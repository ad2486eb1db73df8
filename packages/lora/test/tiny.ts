import { readFileSync } from 'node:fs';
import { decodeSafetensors } from '@ashlar/checkpoint';
import { stateDict, type Module } from '@ashlar/nn';
import { Gpt2, gpt2FromHuggingFace } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';

type Json = Record<string, unknown>;
const read = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url));
const json = <T>(name: string) => JSON.parse(read(name).toString('utf8')) as T;
const tensorsOf = (name: string) => decodeSafetensors(new Uint8Array(read(name))).tensors;

/** What peft computed (tooling/reference/lora_fixtures.py). */
export const expected = json<{
  inputIds: number[][];
  baseLogits: number[][][];
  adapters: Record<
    'adapter' | 'adapter-rslora' | 'adapter-dora',
    { logits: number[][][]; loss: number; gradients: Record<string, { norm: number; first: number[] }> }
  >;
  oneLinear: Record<'weight' | 'a' | 'b' | 'x', number[][]> & { bias: number[]; rank: number; alpha: number } & Record<
      'lora' | 'rslora' | 'dora',
      { scale: number; y: number[][]; delta: number[][]; merged: number[][]; magnitude?: number[] }
    >;
}>('lora.json');

/** The fixtures' base model: 2 layers, 2 heads, hidden 16. */
export const baseModel = (): Gpt2 =>
  gpt2FromHuggingFace({ config: json<Json>('base/config.json'), tensors: tensorsOf('base/model.safetensors') });

export const adapterFiles = (name: keyof typeof expected.adapters) => ({
  config: json<Json>(`${name}/adapter_config.json`),
  tensors: tensorsOf(`${name}/adapter_model.safetensors`),
});

/** The same model with random weights of its own. */
export const randomModel = (seed = 1): Gpt2 =>
  new Gpt2({ vocabSize: 40, contextLength: 12, hiddenSize: 16, numLayers: 2, numHeads: 2 }, { seed });

export const inputIds = () => tf.tensor2d(expected.inputIds, undefined, 'int32');

/** The exact bytes of a tensor. */
export const bytes = (x: tf.Tensor): string =>
  Buffer.from((x.dataSync() as Float32Array).slice().buffer).toString('hex');

/** The bytes of the logits for the fixtures' ids. */
export const logitBytes = (model: Gpt2): string => tf.tidy(() => bytes(model.forward(inputIds())));

/** The bytes of every variable by path. */
export const stateBytes = (model: Module): Record<string, string> =>
  Object.fromEntries([...stateDict(model)].map(([path, variable]) => [path, bytes(variable)]));

/** The largest difference of two tensors. */
export const distance = (a: tf.Tensor, b: tf.Tensor | number[][] | number[][][]): number =>
  tf.tidy(() => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!);

/** Gives the B matrices values, as training would. */
export function fillB(parameters: ReadonlyMap<string, tf.Variable>, std = 0.2): void {
  let seed = 1;
  for (const [path, variable] of parameters)
    if (path.endsWith('lora_B.weight'))
      tf.tidy(() => variable.assign(tf.randomNormal(variable.shape, 0, std, 'float32', seed++)));
}
