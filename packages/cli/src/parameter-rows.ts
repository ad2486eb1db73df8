import type { Gpt2Config } from '@ashlar/transformer';

/** A parameter, or the same one in each of several layers. */
export interface ParameterRow {
  path: string;
  shape: number[];
  count: number;
}

/** The parameters of a GPT-2 by their paths, without making the model. */
export function parameterRows(config: Gpt2Config): ParameterRow[] {
  const { vocabSize, contextLength, hiddenSize: d, numLayers, intermediateSize = 4 * d, bias = true } = config;
  const layers = numLayers === 1 ? 'h.0' : `h.0-${numLayers - 1}`;
  const row = (path: string, shape: number[], times = 1): ParameterRow => ({
    path,
    shape,
    count: times * shape.reduce((product, size) => product * size, 1),
  });
  const withBias = (path: string, shape: number[], times: number) => [
    row(`${path}.weight`, shape, times),
    ...(bias ? [row(`${path}.bias`, shape.slice(0, 1), times)] : []),
  ];
  return [
    row('wte.weight', [vocabSize, d]),
    row('wpe.weight', [contextLength, d]),
    ...withBias(`${layers}.ln_1`, [d], numLayers),
    ...withBias(`${layers}.attn.c_attn`, [3 * d, d], numLayers),
    ...withBias(`${layers}.attn.c_proj`, [d, d], numLayers),
    ...withBias(`${layers}.ln_2`, [d], numLayers),
    ...withBias(`${layers}.mlp.c_fc`, [intermediateSize, d], numLayers),
    ...withBias(`${layers}.mlp.c_proj`, [d, intermediateSize], numLayers),
    ...withBias('ln_f', [d], 1),
  ];
}
