import { attendPacked, headSize, KvCache } from '@ashlar/attention';
import { LearnedPositionEmbedding, TokenEmbedding } from '@ashlar/embeddings';
import {
  Dropout,
  initialize,
  LayerNorm,
  Linear,
  Module,
  TiedHead,
  type ForwardOptions,
  type LanguageModel,
  type UnaryModule,
} from '@ashlar/nn';
import { checkpointed, decoderBlock, type DecoderBlockParameters } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import { activate } from './activation.js';
import { completeGpt2Config, type Gpt2Config } from './gpt2-config.js';

/** Where a block stands and what it needs besides its input. */
interface BlockOptions extends Omit<ForwardOptions, 'cache' | 'positions'> {
  cache?: KvCache;
  layer: number;
}

/** The projections that write into the residual stream start smaller, by the number of them (GPT-2 paper, 2.3). */
const residualStd = ({ numLayers, initializerRange }: { numLayers: number; initializerRange: number }) =>
  initializerRange / Math.sqrt(2 * numLayers);

/** Whether a module is of this class and not of one that extends it, whose `forward` may be another. */
const is = <T extends Module>(module: Module | UnaryModule, type: abstract new (...args: never[]) => T): module is T =>
  module.constructor === type;

class Attention extends Module {
  cAttn: UnaryModule;
  cProj: UnaryModule;
  residDropout: Dropout;

  constructor(readonly config: Required<Gpt2Config>) {
    super();
    const { hiddenSize, bias, dropout } = config;
    headSize(hiddenSize, config.numHeads);
    this.cAttn = new Linear(hiddenSize, 3 * hiddenSize, { bias, std: config.initializerRange });
    this.cProj = new Linear(hiddenSize, hiddenSize, { bias, std: residualStd(config) });
    this.residDropout = new Dropout(dropout);
  }

  forward(x: tf.Tensor, options: BlockOptions): tf.Tensor {
    const { numHeads, dropout } = this.config;
    const qkv = this.cAttn.forward(x, options.rng); // [batch, seq, 3 * hidden]
    const y = attendPacked(qkv, { ...options, numHeads, dropout, path: `h.${options.layer}.attn` });
    return this.residDropout.forward(this.cProj.forward(y, options.rng), options.rng);
  }
}

class Mlp extends Module {
  cFc: UnaryModule;
  cProj: UnaryModule;
  dropout: Dropout;

  constructor(readonly config: Required<Gpt2Config>) {
    super();
    const { hiddenSize, intermediateSize, bias, dropout } = config;
    this.cFc = new Linear(hiddenSize, intermediateSize, { bias, std: config.initializerRange });
    this.cProj = new Linear(intermediateSize, hiddenSize, { bias, std: residualStd(config) });
    this.dropout = new Dropout(dropout);
  }

  forward(x: tf.Tensor, { rng }: BlockOptions): tf.Tensor {
    const { activation } = this.config;
    const y = // [batch, seq, intermediate]
      is(this.cFc, Linear) ? this.cFc.forwardActivated(x, activation) : activate(this.cFc.forward(x, rng), activation);
    return this.dropout.forward(this.cProj.forward(y, rng), rng);
  }
}

/** The residual stream between two blocks, as two summands: the next norm adds them up in its own call. */
type Stream = readonly [x: tf.Tensor, branch?: tf.Tensor];

/** The sum of a stream and its norm, by one call where the norm is `LayerNorm` itself and nothing around it. */
function normOfSum(norm: UnaryModule, [x, branch]: Stream): [sum: tf.Tensor, norm: tf.Tensor] {
  if (!branch) return [x, norm.forward(x)];
  if (is(norm, LayerNorm)) return norm.forwardSum(x, branch);
  const sum = tf.add(x, branch);
  return [sum, norm.forward(sum)];
}

class Block extends Module {
  ln_1: UnaryModule;
  attn: Attention;
  ln_2: UnaryModule;
  mlp: Mlp;

  constructor(readonly config: Required<Gpt2Config>) {
    super();
    const norm = () => new LayerNorm(config.hiddenSize, { eps: config.layerNormEps, bias: config.bias });
    this.ln_1 = norm();
    this.attn = new Attention(config);
    this.ln_2 = norm();
    this.mlp = new Mlp(config);
  }

  forward(stream: Stream, options: BlockOptions): [x: tf.Tensor, branch: tf.Tensor] {
    const { cache, layer, keyMask, segments, rng, trace } = options;
    const parameters = cache && !keyMask && !segments && !rng && !trace && this.plainParameters();
    if (parameters) return this.decode(stream, parameters, cache, layer);
    return tf.tidy(() => {
      const [before, norm1] = normOfSum(this.ln_1, stream);
      const [between, norm2] = normOfSum(this.ln_2, [before, this.attn.forward(norm1, options)]);
      return [between, this.mlp.forward(norm2, options)];
    });
  }

  /** All parameters, where every part is the layer it was made as, with nothing around it or in its place. */
  private plainParameters(): DecoderBlockParameters | undefined {
    const { ln_1: norm1, ln_2: norm2, attn, mlp } = this;
    if (!(is(attn, Attention) && is(mlp, Mlp) && is(norm1, LayerNorm) && is(norm2, LayerNorm))) return undefined;
    const { cAttn: qkv, cProj: proj } = attn;
    const { cFc: fc, cProj: out } = mlp;
    if (!(is(qkv, Linear) && is(proj, Linear) && is(fc, Linear) && is(out, Linear))) return undefined;
    return { norm1, qkv, proj, norm2, fc, out };
  }

  /** `forward` with a cache and without dropout, in one call. */
  private decode(
    [x, branch]: Stream,
    parameters: DecoderBlockParameters,
    cache: KvCache,
    layer: number,
  ): [x: tf.Tensor, branch: tf.Tensor] {
    const { numHeads, layerNormEps: eps, activation } = this.config;
    const { result } = cache.update(layer, x.shape[1]!, (held) => {
      const [sum, next, keys, values] = decoderBlock(x, branch ?? null, parameters, held, {
        numHeads,
        eps,
        activation,
      });
      return { result: [sum, next] as [tf.Tensor, tf.Tensor], keys, values };
    });
    return result;
  }

  /** `forward` on one sum, of which only that is kept for the backward pass; the sum of what leaves. */
  forwardAgain(x: tf.Tensor, { rng, keyMask, segments, ...options }: BlockOptions): tf.Tensor {
    const start = rng?.fork();
    let runs = 0;
    const run = (x: tf.Tensor, masks: Pick<BlockOptions, 'keyMask' | 'segments'>) => {
      // the first run moves the generator on for what comes after the block, later ones draw the same masks
      const drawn = runs++ === 0 ? rng : start?.fork();
      return tf.add(...this.forward([x], { ...options, ...masks, ...(drawn && { rng: drawn }) }));
    };
    // as arguments, since they may be gone when the block runs again
    const masks = { ...(keyMask && { keyMask }), ...(segments && { segments }) };
    const names = Object.keys(masks);
    return checkpointed((x, ...given) => run(x!, Object.fromEntries(names.map((name, i) => [name, given[i]!]))))(
      x,
      ...Object.values(masks),
    );
  }
}

export interface Gpt2Options {
  /** Draws the initial weights. @default 0 */
  seed?: number;
  /** See the field of that name. @default false */
  gradientCheckpointing?: boolean;
}

/**
 * GPT-2 (Radford et al. 2019): a decoder with learned positions, LayerNorm before each sublayer, a fused query-key-value
 * projection, and an output head tied to the token embedding. With `bias: false` it is nanoGPT's variant.
 *
 * State-dict paths are Hugging Face's without the `transformer.` prefix; weights lie `[out, in]`.
 */
export class Gpt2 extends Module implements LanguageModel {
  readonly config: Required<Gpt2Config>;
  wte: TokenEmbedding;
  wpe: LearnedPositionEmbedding;
  drop: Dropout;
  h: Block[];
  ln_f: UnaryModule;
  /** Tied to the token embedding, unless something else is put in its place. */
  lmHead: UnaryModule;
  /**
   * Computes each block again in the backward pass instead of keeping what it computed: less memory, more time, the same
   * gradients to the last bit. Not with a cache or `trace`. @default false
   */
  gradientCheckpointing: boolean;

  /**
   * @throws RangeError for sizes that do not fit together
   */
  constructor(config: Gpt2Config, { seed = 0, gradientCheckpointing = false }: Gpt2Options = {}) {
    super();
    this.gradientCheckpointing = gradientCheckpointing;
    this.config = completeGpt2Config(config);
    const { vocabSize, hiddenSize, contextLength, numLayers, layerNormEps, bias, dropout } = this.config;
    const std = this.config.initializerRange;
    this.wte = new TokenEmbedding(vocabSize, hiddenSize, { std });
    this.wpe = new LearnedPositionEmbedding(contextLength, hiddenSize, { std });
    this.drop = new Dropout(dropout);
    this.h = Array.from({ length: numLayers }, () => new Block(this.config));
    this.ln_f = new LayerNorm(hiddenSize, { eps: layerNormEps, bias });
    this.lmHead = new TiedHead(() => this.wte.weight);
    initialize(this, { seed });
  }

  /** int32 `[batch, seq]` to logits `[batch, seq, vocab]`, or those of the last `logitsToKeep` positions */
  forward(tokens: tf.Tensor, { logitsToKeep, ...options }: ForwardOptions = {}): tf.Tensor {
    return tf.tidy(() => {
      const x = this.hidden(tokens, options);
      const seq = x.shape[1]!;
      const last = logitsToKeep === undefined || logitsToKeep >= seq ? x : tf.slice(x, [0, seq - logitsToKeep, 0]);
      return this.lmHead.forward(last, options.rng);
    });
  }

  /** int32 `[batch, seq]` to the last hidden states `[batch, seq, hidden]`, after the final norm. */
  hidden(tokens: tf.Tensor, { positions, ...options }: ForwardOptions = {}): tf.Tensor {
    const cache = options.cache as KvCache | undefined;
    const seq = this.checkLength(tokens, cache);
    return tf.tidy(() => {
      const at = positions ?? cache?.positions(seq) ?? tf.range(0, seq, 1, 'int32');
      const again = this.gradientCheckpointing && !cache && !options.trace;
      const [token, position] = [this.wte.forward(tokens), this.wpe.forward(at)]; // [batch, seq, hidden], [seq, hidden] or as the first
      const together = again || options.rng || position.rank < token.rank;
      let stream: Stream = together ? [this.drop.forward(tf.add(token, position), options.rng)] : [token, position];
      this.h.forEach((block, layer) => {
        const blockOptions = { ...options, ...(cache && { cache }), layer } as BlockOptions;
        stream = again ? [block.forwardAgain(stream[0], blockOptions)] : block.forward(stream, blockOptions);
      });
      cache?.advance(seq);
      return normOfSum(this.ln_f, stream)[1];
    });
  }

  createCache(batchSize: number, { leftPadding }: { leftPadding?: readonly number[] } = {}): KvCache {
    const { numLayers, hiddenSize, contextLength } = this.config;
    const sizes = { numLayers, batchSize, width: hiddenSize, contextLength };
    return new KvCache({ ...sizes, ...(leftPadding && { leftPadding }) });
  }

  private checkLength(tokens: tf.Tensor, cache: KvCache | undefined): number {
    const [batch, seq] = tokens.shape;
    if (tokens.rank !== 2 || !batch || !seq)
      throw new RangeError(`Gpt2: tokens must be [batch, seq], not [${tokens.shape}]`);
    if (cache && cache.batchSize !== batch)
      throw new RangeError(`Gpt2: ${batch} rows of tokens do not fit a cache of ${cache.batchSize}`);
    const total = seq + (cache?.length ?? 0);
    if (total > this.config.contextLength)
      throw new RangeError(`Gpt2: ${total} tokens do not fit into a context of ${this.config.contextLength}`);
    return seq;
  }
}
