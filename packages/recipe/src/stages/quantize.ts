import { joinPath, saveHuggingFace } from '@ashlar/checkpoint';
import { generate } from '@ashlar/generation';
import { quantizeModules, sizeInBytes, toQuantizedFolder, type QuantizationScheme } from '@ashlar/quantization';
import { copyGpt2, gpt2ToHuggingFace, type Gpt2 } from '@ashlar/transformer';
import type { SchemeName } from '../config/scheme-names.js';
import { withTokenizer, type LoadedModel } from '../models/model-folder.js';
import type { StageOptions } from './stage.js';

export interface QuantizeOptions extends Pick<StageOptions, 'store' | 'folder' | 'signal'> {
  /** Left as it is. */
  model: Gpt2;
  /** What its folders need. */
  tokenizer: LoadedModel['tokenizer'];
  chat: LoadedModel['chat'];
  schemes: readonly SchemeName[];
  /** The held-out loss of a model in nats. @default it is not measured */
  measure?: (model: Gpt2) => Promise<number>;
}

/** A model in one way of storing it. */
export interface StoredModel {
  /** `float32` for the model as it was. */
  scheme: SchemeName | 'float32';
  /** Of the weights in a file. */
  bytes: number;
  /** Held out, in nats; null where it was not measured. */
  loss: number | null;
  /** Of generating one text, the median of several. */
  tokensPerSecond: number;
}

export interface QuantizeEvent {
  type: 'stored';
  stored: StoredModel;
}

/**
 * Stores the linear layers of a model in few bits, and says what that saves and costs. The folder gets one with the model for
 * each scheme.
 */
export async function* quantize(options: QuantizeOptions): AsyncGenerator<QuantizeEvent> {
  const { model, tokenizer, chat, schemes, measure, store, folder = '', signal } = options;
  const examine = async (scheme: StoredModel['scheme'], examined: Gpt2): Promise<QuantizeEvent> => {
    const loss = measure ? await measure(examined) : null;
    const { file: bytes } = sizeInBytes(examined);
    return { type: 'stored', stored: { scheme, bytes, loss, tokensPerSecond: await speed(examined) } };
  };
  yield await examine('float32', model);
  for (const scheme of schemes) {
    if (signal?.aborted) return;
    using small = copyGpt2(model);
    await quantizeModules(small, { scheme } as QuantizationScheme);
    if (store) {
      const files = toQuantizedFolder(small, await gpt2ToHuggingFace(small));
      await saveHuggingFace(store, joinPath(folder, scheme), withTokenizer(files, { tokenizer, chat }));
    }
    yield await examine(scheme, small);
  }
}

/** Tokens a second of one text with a cache; the first round is for warming up. */
async function speed(model: Gpt2): Promise<number> {
  const tokens = Math.min(32, model.config.contextLength - 1);
  const times: number[] = [];
  for (let round = 0; round < 4; round++) {
    const start = performance.now();
    for await (const _ of generate(model, [0], { maxNewTokens: tokens, temperature: 0 }));
    if (round > 0) times.push((performance.now() - start) / 1000);
  }
  return tokens / times.sort((a, b) => a - b)[1]!;
}
