import { hostStateDict } from '@ashlar/nn';
import type { Gpt2 } from '@ashlar/transformer';
import { attention64, geluTanh64, layerNorm64, matMul64 } from './float64.js';

/** The logits `[ids.length, vocab]` of a GPT-2 with its weights of now, in float64. */
export async function gpt64(model: Gpt2, ids: ArrayLike<number>): Promise<Float64Array> {
  const state = await hostStateDict(model);
  const { hiddenSize: hidden, numHeads, numLayers, vocabSize, layerNormEps } = model.config;
  const seq = ids.length;
  const values = (path: string) => state.get(path)?.data;
  const linear = (x: ArrayLike<number>, path: string): Float64Array => {
    const [columns, inner] = state.get(`${path}.weight`)!.shape as [number, number];
    const y = matMul64(x, values(`${path}.weight`)!, { rows: seq, inner, columns, transposeB: true });
    const bias = values(`${path}.bias`);
    return bias ? y.map((value, i) => value + bias[i % columns]!) : y;
  };
  const norm = (x: Float64Array, path: string) => {
    const weight = values(`${path}.weight`)!;
    const bias = values(`${path}.bias`) ?? new Float32Array(hidden);
    return layerNorm64(x, weight, bias, new Float64Array(x.length), layerNormEps).y;
  };
  const attend = (x: Float64Array) => {
    const part = (which: number) =>
      Float64Array.from({ length: seq * hidden }, (_, i) => x[Math.floor(i / hidden) * 3 * hidden + which * hidden + (i % hidden)]!); // prettier-ignore
    const [q, k, v] = [part(0), part(1), part(2)];
    const dy = new Float64Array(q.length);
    return attention64({ q, k, v, dy, seq, numHeads, headSize: hidden / numHeads }, 0).y;
  };
  const add = (a: Float64Array, b: Float64Array) => a.map((value, i) => value + b[i]!);

  const [wte, wpe] = [values('wte.weight')!, values('wpe.weight')!];
  let x = Float64Array.from({ length: seq * hidden }, (_, i) => {
    const at = Math.floor(i / hidden);
    return wte[ids[at]! * hidden + (i % hidden)]! + wpe[at * hidden + (i % hidden)]!;
  });
  for (let layer = 0; layer < numLayers; layer++) {
    const path = `h.${layer}`;
    x = add(x, linear(attend(linear(norm(x, `${path}.ln_1`), `${path}.attn.c_attn`)), `${path}.attn.c_proj`));
    const inner = linear(norm(x, `${path}.ln_2`), `${path}.mlp.c_fc`).map((value) => geluTanh64(value)[0]);
    x = add(x, linear(inner, `${path}.mlp.c_proj`));
  }
  return matMul64(norm(x, 'ln_f'), wte, { rows: seq, inner: hidden, columns: vocabSize, transposeB: true });
}
