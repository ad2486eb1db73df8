import type { Tensor } from '@tensorflow/tfjs-core';

/** Activation functions by their Hugging Face name: `gelu` is the erf form, `gelu_new` the tanh form. */
export type Activation = 'none' | 'gelu' | 'gelu_new' | 'relu' | 'silu';

/** One kernel: what it reads, what shapes its program, what it returns. */
export interface KernelContract {
  /** Tensors by name. An optional one may be missing; a list reaches the kernel as an array. */
  inputs: object;
  /** What shapes the program. A value that changes every step is a tensor input instead. */
  attrs: object;
}

/** Attribute of every forward kernel with residuals. */
export interface Residuals {
  /** Also return the residuals, the last outputs, which only the gradient reads. */
  residuals: boolean;
}

/** Attribute of every gradient kernel: which inputs of the op need a gradient; the outputs come in this order. */
export interface Wanted<Name extends string = string> {
  wanted: readonly Name[];
}

/** How a weight is stored in few bits. */
export interface QuantizedAttrs {
  /** int8: (code - 127) * scale / 127; nf4: one of 16 values * scale; int4: (code - zero) * scale */
  scheme: 'int8' | 'nf4' | 'int4';
  /** `[out, in]` */
  shape: readonly [number, number];
  /** How many consecutive weights, row by row, share a scale: `in` for int8, even for the others. */
  blockSize: number;
}

/** A weight in few bits. */
export interface QuantizedTensors {
  /**
   * Bytes: a code of int8, or two of the others, the first in the high half; the last block is whole. Either int32, three
   * bytes an element, the first in the lowest bits, which every backend holds; or bool, a byte an element, which wasm and cpu
   * hold in a byte each. Both are completed to a multiple of three bytes.
   */
  codes: Tensor;
  /** `[blocks]` */
  scales: Tensor;
  /** The zero point of each block, bytes as the codes are; with int4 only */
  zeros?: Tensor;
}

/** How queries see keys. */
export interface AttentionAttrs {
  numHeads: number;
  numKvHeads: number;
  /** Query i, which stands at p = queryOffset + i of the key axis, sees key j only if j <= p. */
  causal: boolean;
  /** It sees key j only if p - window < j and, unless causal, j < p + window: itself and the window - 1 keys before it. At most 2^24; null: no limit. */
  window: number | null;
  scale: number;
}

/** What attention and its gradient read beside the projections. */
export interface AttentionMasks {
  /** int32 `[batch, keySeq]`, 1 = may be seen */
  keyMask?: Tensor;
  /** int32 scalar: position of query 0 on the key axis; keySeq - seq when missing */
  queryOffset?: Tensor;
  /** int32 `[batch, seq]`, where seq is keySeq and there is no queryOffset: key j is visible to query i only where they are equal */
  segments?: Tensor;
  /** int32 `[batch]`: keys j < prefixLengths[b] are visible also where causal and window forbid it, not where keyMask or segments do */
  prefixLengths?: Tensor;
  /**
   * `[numHeads, seq + keySeq - 1]`: element (h, j - i + seq - 1) is added to the scaled score of query i and key j,
   * whatever queryOffset is. -1e15 and below, -Infinity too, hides the key as a mask does. The gradient is the sum of
   * those of the scores along each diagonal, over the batch.
   */
  distanceBias?: Tensor;
}

/** The parts of a decoder block that have a weight and perhaps a bias, in their order. */
export type BlockPart = 'norm1' | 'qkv' | 'proj' | 'norm2' | 'fc' | 'out';

/** What cross entropy counts. */
export interface CrossEntropyAttrs {
  /** Rows with this target give 0. */
  ignoreIndex: number;
  /** Logits are divided by it first. */
  temperature: number;
  /** s: the target of a row is (1 - s) onehot + s / vocab */
  labelSmoothing: number;
  /** zLoss * logSumExp^2 is added */
  zLoss: number;
}

/** How rotary embeddings pair the elements of a head. */
export interface RotaryAttrs {
  numHeads: number;
  /** Pairs are 2i and 2i + 1; else i and i + pairs. */
  interleaved: boolean;
}

/** By how much they turn. */
export interface RotaryTables {
  /** `[maxPositions, pairs]` */
  cos: Tensor;
  sin: Tensor;
  /** int32 `[batch, seq]`, or a scalar: the position of the first token of each row */
  positions: Tensor;
}

/**
 * Every fused kernel by its name in tfjs's kernel registry. A backend registers those it has; the others run as the
 * op's reference. Forward and gradient are registered independently of each other.
 *
 * `...` stands for any leading axes, `rows` for their product. Tensors are float32 unless said otherwise.
 */
export interface FusedKernels {
  /** y `[..., out]` = activation(x weight^T + bias); residual: preactivation `[..., out]`, unless the activation is `none` */
  AshlarLinear: {
    /** x `[..., in]`, weight `[out, in]`, bias `[out]` */
    inputs: { x: Tensor; weight: Tensor; bias?: Tensor };
    attrs: { activation: Activation } & Residuals;
  };
  AshlarLinearGrad: {
    /** preactivation is missing when the activation is `none` */
    inputs: { dy: Tensor; x: Tensor; weight: Tensor; preactivation?: Tensor };
    attrs: { activation: Activation } & Wanted<'x' | 'weight' | 'bias'>;
  };

  /** y `[..., out]` = x weight^T + bias, where the weight is never stored as float32 */
  AshlarQuantizedLinear: {
    /** x `[..., in]`, bias `[out]` */
    inputs: { x: Tensor; bias?: Tensor } & QuantizedTensors;
    attrs: QuantizedAttrs;
  };
  /** dx `[..., in]` */
  AshlarQuantizedLinearGrad: {
    inputs: { dy: Tensor } & QuantizedTensors;
    attrs: QuantizedAttrs & Wanted<'x'>;
  };

  /** y `[..., hidden]`; residuals: mean and rstd (1 / sqrt(variance + eps)), both `[..., 1]` */
  AshlarLayerNorm: {
    /** x `[..., hidden]`, weight and bias `[hidden]` */
    inputs: { x: Tensor; weight: Tensor; bias?: Tensor };
    attrs: { eps: number } & Residuals;
  };
  AshlarLayerNormGrad: {
    inputs: { dy: Tensor; x: Tensor; weight: Tensor; mean: Tensor; rstd: Tensor };
    attrs: { eps: number } & Wanted<'x' | 'weight' | 'bias'>;
  };

  /** y `[..., hidden]`; residual: rstd (1 / sqrt(mean square + eps)) `[..., 1]` */
  AshlarRmsNorm: {
    /** x `[..., hidden]`, weight `[hidden]` */
    inputs: { x: Tensor; weight: Tensor };
    attrs: { eps: number } & Residuals;
  };
  AshlarRmsNormGrad: {
    inputs: { dy: Tensor; x: Tensor; weight: Tensor; rstd: Tensor };
    attrs: { eps: number } & Wanted<'x' | 'weight'>;
  };

  /** sum = x + residual and y, the layer norm of sum, both `[..., hidden]`; residuals: mean and rstd of sum, `[..., 1]` */
  AshlarAddLayerNorm: {
    /** x and residual `[..., hidden]`, weight and bias `[hidden]` */
    inputs: { x: Tensor; residual: Tensor; weight: Tensor; bias?: Tensor };
    attrs: { eps: number } & Residuals;
  };
  /** dx and dresidual are equal. */
  AshlarAddLayerNormGrad: {
    /** dsum or dy is missing where nothing depends on that output */
    inputs: { dsum?: Tensor; dy?: Tensor; sum: Tensor; weight: Tensor; mean: Tensor; rstd: Tensor };
    attrs: { eps: number } & Wanted<'x' | 'residual' | 'weight' | 'bias'>;
  };

  /** sum = x + residual and y, the RMS norm of sum, both `[..., hidden]`; residual: rstd of sum, `[..., 1]` */
  AshlarAddRmsNorm: {
    /** x and residual `[..., hidden]`, weight `[hidden]` */
    inputs: { x: Tensor; residual: Tensor; weight: Tensor };
    attrs: { eps: number } & Residuals;
  };
  /** dx and dresidual are equal. */
  AshlarAddRmsNormGrad: {
    /** dsum or dy is missing where nothing depends on that output */
    inputs: { dsum?: Tensor; dy?: Tensor; sum: Tensor; weight: Tensor; rstd: Tensor };
    attrs: { eps: number } & Wanted<'x' | 'residual' | 'weight'>;
  };

  /** y as x */
  AshlarGelu: {
    inputs: { x: Tensor };
    attrs: { approximate: 'none' | 'tanh' };
  };
  AshlarGeluGrad: {
    inputs: { dy: Tensor; x: Tensor };
    attrs: { approximate: 'none' | 'tanh' } & Wanted<'x'>;
  };

  /** y `[..., hidden]` = silu(gate) * up */
  AshlarSwiglu: {
    /** both `[..., hidden]`; without up, gate holds both in its last axis, `[..., 2 * hidden]` */
    inputs: { gate: Tensor; up?: Tensor };
    attrs: object;
  };
  AshlarSwigluGrad: {
    inputs: { dy: Tensor; gate: Tensor; up?: Tensor };
    attrs: Wanted<'gate' | 'up'>;
  };

  /** y as x: each pair (a, b) of a head's first 2 * pairs elements becomes (a cos - b sin, b cos + a sin), the others stay */
  AshlarRotary: {
    /** x `[batch, seq, numHeads * headDim]` */
    inputs: { x: Tensor } & RotaryTables;
    attrs: RotaryAttrs;
  };
  /** dx: the same with -sin */
  AshlarRotaryGrad: {
    inputs: { dy: Tensor } & RotaryTables;
    attrs: RotaryAttrs & Wanted<'x'>;
  };

  /** y `[..., hidden]`: rows of weight */
  AshlarEmbedding: {
    /** ids int32 `[...]`, weight `[vocab, hidden]` */
    inputs: { ids: Tensor; weight: Tensor };
    attrs: object;
  };
  /** dweight `[vocab, hidden]`: rows of dy added up by id */
  AshlarEmbeddingGrad: {
    /** of weight only the shape is read */
    inputs: { dy: Tensor; ids: Tensor; weight: Tensor };
    attrs: Wanted<'weight'>;
  };

  /**
   * y `[batch, seq, numHeads * headDim]`; residual: logSumExp `[batch, numHeads, seq]` of the scaled, biased, masked scores,
   * 0 for a row that sees nothing. Such a row of y is zero.
   *
   * Query head h reads key head floor(h / (numHeads / numKvHeads)). Dropout acts on the weights
   * `[batch, numHeads, seq, keySeq]`, numbered in row-major order.
   */
  AshlarAttention: {
    /** q `[batch, seq, numHeads * headDim]`, k and v `[batch, keySeq, numKvHeads * headDim]` */
    inputs: { q: Tensor; k: Tensor; v: Tensor; rng?: Tensor } & AttentionMasks;
    attrs: AttentionAttrs & { dropoutRate: number } & Residuals;
  };
  AshlarAttentionGrad: {
    inputs: {
      dy: Tensor;
      q: Tensor;
      k: Tensor;
      v: Tensor;
      y: Tensor;
      logSumExp: Tensor;
      rng?: Tensor;
    } & AttentionMasks;
    attrs: AttentionAttrs & { dropoutRate: number } & Wanted<'q' | 'k' | 'v' | 'distanceBias'>;
  };

  /** y `[batch, numHeads, seq, keySeq]`: the weights before dropout, zeros for a row that sees nothing */
  AshlarAttentionWeights: {
    inputs: { q: Tensor; k: Tensor } & AttentionMasks;
    attrs: AttentionAttrs;
  };
  AshlarAttentionWeightsGrad: {
    inputs: { dy: Tensor; q: Tensor; k: Tensor; y: Tensor } & AttentionMasks;
    attrs: AttentionAttrs & Wanted<'q' | 'k' | 'distanceBias'>;
  };

  /** y `[...]` in nats, 0 where the target is ignoreIndex; residual: logSumExp `[...]`; both of logits / temperature */
  AshlarCrossEntropy: {
    /** logits `[..., vocab]`, targets int32 `[...]` */
    inputs: { logits: Tensor; targets: Tensor };
    attrs: CrossEntropyAttrs & Residuals;
  };
  AshlarCrossEntropyGrad: {
    inputs: { dy: Tensor; logits: Tensor; targets: Tensor; logSumExp: Tensor };
    attrs: CrossEntropyAttrs & Wanted<'logits'>;
  };

  /** y as x: element i is kept where word i of the call's Philox stream is >= floor(rate * 2^32), and scaled by 1 / (1 - rate) */
  AshlarDropout: {
    /** rng int32 `[8]`: see DropoutRng */
    inputs: { x: Tensor; rng: Tensor };
    attrs: { rate: number };
  };
  AshlarDropoutGrad: {
    inputs: { dy: Tensor; rng: Tensor };
    attrs: { rate: number } & Wanted<'x'>;
  };

  /**
   * ids int32 `[batch]`: one token drawn from each row of logits / temperature, of which only the topK largest (0: all), with what
   * ties with the last of them, and then the most likely ones that reach topP together count. The token drawn is the first at
   * which the cumulative probability passes the uniform number. Temperature 0 takes the first of the largest. -1 for a row
   * with NaN or nothing but -Infinity.
   */
  AshlarSample: {
    /** logits `[batch, vocab]`; positions int32 `[batch, 10]`, see RandomStream.position, missing at temperature 0 */
    inputs: { logits: Tensor; positions?: Tensor };
    attrs: { temperature: number; topK: number; topP: number };
  };

  /** y is the cache itself, written in place: return its dataId after backend.incRef(dataId) */
  AshlarCacheAppend: {
    /** cache `[batch, capacity, width]`, donated; x `[batch, seq, width]`; position int32 scalar. Rows past the capacity are dropped. */
    inputs: { cache: Tensor; x: Tensor; position: Tensor };
    attrs: object;
  };

  /**
   * y `[batch, seq, numHeads * headDim]`, then the two caches themselves, written in place as by AshlarCacheAppend: rows of k and v
   * go into keys and values at position, and queries, of which the first stands there, attend to what the caches then hold.
   */
  AshlarCachedAttention: {
    /**
     * qkv `[batch, seq, (numHeads + 2 numKvHeads) * headDim]`: q, k and v of a token side by side; keys and values
     * `[batch, capacity, numKvHeads * headDim]`, donated; position int32 scalar
     */
    inputs: { qkv: Tensor; keys: Tensor; values: Tensor; position: Tensor } & Omit<
      AttentionMasks,
      'queryOffset' | 'segments'
    >;
    attrs: AttentionAttrs;
  };

  /**
   * A pre-norm block with a cache: h = x + branch, a = h + proj(cachedAttention(qkv(norm1(h)))); then a and
   * out(activation(fc(norm2(a)))), which the caller adds up, and the two caches as from AshlarCachedAttention.
   */
  AshlarDecoderBlock: {
    /** x `[batch, seq, hidden]`, branch as x or missing; weights of norms `[hidden]`, of projections `[out, in]` */
    inputs: { x: Tensor; branch?: Tensor; keys: Tensor; values: Tensor; position: Tensor; keyMask?: Tensor } & {
      [name in `${BlockPart}Weight`]: Tensor;
    } & { [name in `${BlockPart}Bias`]?: Tensor };
    attrs: { numHeads: number; scale: number; eps: number; activation: Activation };
  };

  /** Updates parameters, firstMoments and secondMoments in place and returns no outputs. */
  AshlarAdamW: {
    /**
     * Lists of equal length; parameters and moments are donated.
     * rates `[3]` = [learningRate, learningRate / (1 - beta1^step), sqrt(1 - beta2^step)]; gradientScale scalar.
     */
    inputs: {
      parameters: Tensor[];
      gradients: Tensor[];
      firstMoments: Tensor[];
      secondMoments: Tensor[];
      rates: Tensor;
      gradientScale?: Tensor;
    };
    attrs: { beta1: number; beta2: number; eps: number; weightDecays: readonly number[] };
  };

  /** y scalar: sqrt of the sum of all squares */
  AshlarGlobalNorm: {
    inputs: { tensors: Tensor[] };
    attrs: object;
  };
}

export type FusedKernelName = keyof FusedKernels;
