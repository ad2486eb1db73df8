import { readFileSync } from 'node:fs';
import { initialize, loadStateDict, stateDict, type HostTensor, type Module } from '@ashlar/nn';
import * as tf from '@tensorflow/tfjs-core';
import { TinyGpt2 } from './tiny-gpt2.js';

type Json = Record<string, unknown>;
const read = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url));
const json = <T>(name: string) => JSON.parse(read(name).toString('utf8')) as T;

/** The float32 tensors of a safetensors file: the length of the header, the header, the bytes. */
function tensorsOf(name: string): Map<string, HostTensor> {
  const file = read(name);
  const start = 8 + Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, start)) as Record<
    string,
    { shape: number[]; data_offsets: number[] }
  >;
  return new Map(
    Object.entries(header)
      .filter(([key]) => key !== '__metadata__')
      .map(([key, { shape, data_offsets }]) => {
        const [from, to] = data_offsets.map((offset) => start + offset);
        return [
          key,
          { dtype: 'float32', shape, data: new Float32Array(Uint8Array.from(file.subarray(from, to)).buffer) },
        ];
      }),
  );
}

/** What peft computed (tooling/reference/lora_fixtures.py). */
export const expected = json<{
  inputIds: number[][];
  baseLogits: number[][][];
  adapters: Record<
    'adapter' | 'adapter-rslora',
    { logits: number[][][]; loss: number; gradients: Record<string, { norm: number; first: number[] }> }
  >;
  oneLinear: Record<'weight' | 'a' | 'b' | 'x', number[][]> & { bias: number[]; rank: number; alpha: number } & Record<
      'lora' | 'rslora',
      { scale: number; y: number[][]; delta: number[][] }
    >;
}>('lora.json');

/** The fixtures' base model: 2 layers, 2 heads, hidden 16. */
export function baseModel(): TinyGpt2 {
  const model = new TinyGpt2();
  tf.tidy(() => {
    const state = new Map<string, tf.Tensor>();
    for (const [name, { shape, data }] of tensorsOf('base/model.safetensors')) {
      const tensor = tf.tensor(data, shape);
      // transformers keeps these weights [in, out]
      state.set(name.replace('transformer.', ''), /c_\w+\.weight$/.test(name) ? tf.transpose(tensor) : tensor);
    }
    loadStateDict(model, state);
  });
  return model;
}

export const adapterFiles = (name: 'adapter' | 'adapter-rslora') => ({
  config: json<Json>(`${name}/adapter_config.json`),
  tensors: tensorsOf(`${name}/adapter_model.safetensors`),
});

/** The same model with random weights of its own. */
export const randomModel = (seed = 1): TinyGpt2 => initialize(new TinyGpt2(), { seed });

export const inputIds = () => tf.tensor2d(expected.inputIds, undefined, 'int32');

/** The exact bytes of a tensor. */
export const bytes = (x: tf.Tensor): string =>
  Buffer.from((x.dataSync() as Float32Array).slice().buffer).toString('hex');

/** The bytes of the logits for the fixtures' ids. */
export const logitBytes = (model: TinyGpt2): string => tf.tidy(() => bytes(model.forward(inputIds())));

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
