import { Linear, parameters, stateDict, toHost, valueAndGradients } from '@ashlar/nn';
import { useBackend } from '@ashlar/ops';
import { cpu } from '@ashlar/ops/cpu';
import { expectNoLeaks } from '@ashlar/ops/testing';
import { wasm } from '@ashlar/ops/wasm';
import { Gpt2, gpt2Presets } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { withoutBytes } from '../test/without-bytes.js';
import { QuantizedLinear, quantizeModules, sizeInBytes, type QuantizeModulesOptions } from './index.js';

const config = gpt2Presets['nano']!;
const LAYERS = ['attn.c_attn', 'attn.c_proj', 'mlp.c_fc', 'mlp.c_proj'];
const paths = [0, 1].flatMap((layer) => LAYERS.map((name) => `h.${layer}.${name}`));

/** `[out, in]` of the linear layers of a block of `hidden`. */
const shapes = (hidden: number) => [[3, 1], [1, 1], [4, 1], [1, 4]].map(([o, i]) => [o! * hidden, i! * hidden]); // prettier-ignore

/** Bytes of a weight as it is stored: codes with `three` bytes for three of them, scales. */
const storedInt8 = (three: number, out: number, inputs: number) => three * Math.ceil((out * inputs) / 3) + 4 * out;
const storedNf4 = (three: number, out: number, inputs: number) => {
  const blocks = Math.ceil((out * inputs) / 64);
  return three * Math.ceil((blocks * 32) / 3) + three * Math.ceil(blocks / 3) + 4 * Math.ceil(blocks / 256) + 4;
};

const storedInt4 = (three: number, out: number, inputs: number) => {
  const groups = Math.ceil((out * inputs) / 64);
  return three * Math.ceil((groups * 32) / 3) + three * Math.ceil(groups / 3) + 4 * groups;
};

async function logits(model: Gpt2): Promise<Float32Array> {
  const tokens = tf.tensor2d([[1, 5, 9, 2, 64, 30, 7, 8]], [1, 8], 'int32');
  const y = model.forward(tokens);
  const data = (await y.data()) as Float32Array;
  tf.dispose([tokens, y]);
  return data.slice();
}

/** Root mean square of the difference, over that of `a`. */
function distance(a: Float32Array, b: Float32Array): number {
  const square = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0);
  return Math.sqrt(square(a.map((value, i) => value - b[i]!)) / square(a));
}

for (const backend of [cpu(), withoutBytes(), wasm()])
  describe(`a small GPT-2 on ${backend.name}`, () => {
    beforeAll(() => useBackend(backend));

    it.each<[QuantizeModulesOptions, number, (three: number, out: number, inputs: number) => number]>([
      [{ scheme: 'int8' }, 0.0079, storedInt8],
      [{ scheme: 'nf4' }, 0.092, storedNf4],
      [{ scheme: 'int4', groupSize: 64 }, 0.092, storedInt4],
    ])('keeps its logits as close as its weights, and shrinks as computed: %o', async (options, tolerance, stored) => {
      using model = new Gpt2(config, { seed: 3 });
      const [before, bytes] = [await logits(model), sizeInBytes(model).memory];
      expect(await quantizeModules(model, options)).toEqual(paths);
      expect(model.h[0]!.attn.cAttn).toBeInstanceOf(QuantizedLinear);
      expect(distance(before, await logits(model))).toBeLessThan(tolerance);
      const three = backend.name === 'cpu without bytes' ? 4 : 3;
      const change = shapes(config.hiddenSize).map(
        ([out, inputs]) => stored(three, out!, inputs!) - 4 * out! * inputs!,
      );
      expect(sizeInBytes(model).memory - bytes).toBe(2 * change.reduce((a, b) => a + b, 0));
      expect([...parameters(model).keys()].some((path) => path.includes('c_'))).toBe(false);
      expect(stateDict(model).get('h.1.mlp.c_fc.bias')!.trainable).toBe(false);
    });

    it('quantizes a tied output head and leaves the token embedding as it is', async () => {
      using model = new Gpt2(config, { seed: 3 });
      const [before, embedding] = [await logits(model), (await model.wte.weight.data()).slice()];
      expect(await quantizeModules(model, { scheme: 'int8', match: (path) => path === 'lm_head' })).toEqual([
        'lm_head',
      ]);
      expect(model.lmHead).toBeInstanceOf(QuantizedLinear);
      const after = await logits(model);
      expect(distance(before, after)).toBeLessThan(0.0079);
      expect(after).not.toEqual(before);
      expect(await model.wte.weight.data()).toEqual(embedding);
      expect(parameters(model).get('wte.weight')).toBe(model.wte.weight);
      expect([...stateDict(model).keys()].filter((path) => path.startsWith('lm_head'))).toEqual([
        'lm_head.weight.absmax',
        'lm_head.weight.codes',
      ]);
    });

    it('trains what is left as a model with the dequantized weights would', async () => {
      using model = new Gpt2(config, { seed: 3 });
      await quantizeModules(model, { scheme: 'nf4' });
      using plain = new Gpt2(config, { seed: 3 });
      for (const path of paths) {
        const [layer, part, name] = path.slice(2).replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase()).split('.'); // prettier-ignore
        const of = ({ h }: Gpt2) => (h[Number(layer)] as unknown as Record<string, Record<string, unknown>>)[part!]![name!]; // prettier-ignore
        tf.tidy(() => (of(plain) as Linear).weight.assign((of(model) as QuantizedLinear).weight.dequantize()));
      }
      const tokens = tf.tensor2d([[1, 5, 9, 2, 64, 30, 7, 8]], [1, 8], 'int32');
      const gradients = async (gpt2: Gpt2) => {
        const loss = () => tf.mean(tf.square(gpt2.forward(tokens))) as tf.Scalar;
        const { value, gradients: found } = valueAndGradients(loss, parameters(gpt2));
        const host = await toHost(found);
        tf.dispose([value, ...found.values()]);
        return new Map([...host].map(([path, { data }]) => [path, data as Float32Array]));
      };
      const [found, expected] = [await gradients(model), await gradients(plain)];
      tokens.dispose();
      expect([...found.keys()]).toEqual([...parameters(model).keys()]);
      for (const [path, gradient] of found) expect(distance(expected.get(path)!, gradient)).toBeLessThan(1e-5);
    });

    it('leaks nothing', () =>
      expectNoLeaks(async () => {
        using model = new Gpt2(config, { seed: 1 });
        await quantizeModules(model, { scheme: 'int8' });
        await logits(model);
      }));

    it('says what it cannot do, and changes nothing', async () => {
      using model = new Gpt2(config, { seed: 1 });
      const tensors = tf.memory().numTensors;
      await expect(quantizeModules(model, { scheme: 'int8', match: () => false })).rejects.toThrow(
        'quantizeModules: nothing matches; the model has 9 linear layers: h.0.attn.c_attn, h.0.attn.c_proj, h.0.mlp.c_fc, …',
      );
      await expect(quantizeModules(model, { scheme: 'int3' } as unknown as QuantizeModulesOptions)).rejects.toThrow(
        "quantizeModules: h.0.attn.c_attn: there is no scheme 'int3'; there are 'int8', 'nf4' and 'int4'",
      );
      const { weight } = model.h[1]!.mlp.cProj as Linear;
      tf.tidy(() => weight.assign(tf.fill(weight.shape, NaN)));
      await expect(quantizeModules(model, { scheme: 'nf4' })).rejects.toThrow(
        'quantizeModules: h.1.mlp.c_proj: quantizeNf4: element 0 is NaN; only finite values can be quantized',
      );
      expect(tf.memory().numTensors).toBe(tensors);
      expect(model.h[0]!.attn.cAttn).toBeInstanceOf(Linear);
    });
  });
