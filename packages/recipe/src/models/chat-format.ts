import type { Message } from '@ashlar/data';
import { RandomStream } from '@ashlar/ops';
import { Tokenizer } from '@ashlar/tokenizer';
import { ashlarTemplate, encodeChat } from '@ashlar/tokenizer/chat';
import { type Gpt2, type Gpt2Config, gpt2FromHuggingFace, gpt2ToHuggingFace } from '@ashlar/transformer';

/** How a model is talked to. */
export interface ChatFormat {
  /** In Jinja. */
  template: string;
  /** Ends an answer. */
  eosTokenId: number;
  /** Fills rows up; never learnt. */
  padTokenId: number;
}

/** A model that answers, or is to learn it. */
export interface ChatModel {
  model: Gpt2;
  tokenizer: Tokenizer;
  chat: ChatFormat;
}

/** What reading questions and answers takes: of the model only the sizes. */
export type ChatReader = Omit<ChatModel, 'model'> & { model: { config: Pick<Gpt2Config, 'contextLength'> } };

/** The special tokens of `ashlarTemplate`, and one for padding: a pad that is no end, so that ends are learnt. */
export const chatTokens = ['<|pad|>', '<|end|>', '<|user|>', '<|assistant|>', '<|system|>'] as const;

/** A tokenizer with the special tokens of chats after its own. */
export function withChatTokens(tokenizer: Tokenizer): Tokenizer {
  const json = tokenizer.toJSON();
  const added = chatTokens
    .filter((content) => tokenizer.tokenToId(content) === undefined)
    .map((content, i) => ({ id: tokenizer.vocabSize + i, content, ...plainSpecial }));
  const before = (json.added_tokens ?? []) as object[];
  return Tokenizer.fromJSON({ ...json, added_tokens: [...before, ...added] });
}

const plainSpecial = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };

/** How a model with this tokenizer is talked to; null if the tokenizer lacks the tokens of chats. */
export function ashlarChat(tokenizer: Tokenizer): ChatFormat | null {
  const [padTokenId, eosTokenId, ...roles] = chatTokens.map((token) => tokenizer.tokenToId(token));
  if (padTokenId === undefined || eosTokenId === undefined || roles.includes(undefined)) return null;
  return { template: ashlarTemplate, eosTokenId, padTokenId };
}

/**
 * A model whose tokenizer has no special tokens of chats, with them: the vectors of the new tokens are drawn around the
 * mean of the others. The given model is freed.
 */
export async function addChatTokens(model: Gpt2, tokenizer: Tokenizer, seed: number): Promise<ChatModel> {
  const grown = withChatTokens(tokenizer);
  const { config, tensors } = await gpt2ToHuggingFace(model);
  const name = 'transformer.wte.weight';
  const { shape, data } = tensors.get(name)!;
  const [rows, width] = shape as [number, number];
  const vocabSize = Math.max(rows, grown.vocabSize);
  const vectors = new Float32Array(vocabSize * width);
  vectors.set(data);
  const mean = Array.from({ length: width }, (_, i) => columnMean(data as Float32Array, i, width));
  const noise = new RandomStream(seed, 'init/chat-tokens').normalArray((vocabSize - rows) * width, {
    mean: 0,
    std: 0.02,
  });
  noise.forEach((value, i) => (vectors[rows * width + i] = mean[i % width]! + value));
  tensors.set(name, { dtype: 'float32', shape: [vocabSize, width], data: vectors });
  const result = gpt2FromHuggingFace({ config: { ...config, vocab_size: vocabSize }, tensors });
  model.dispose();
  return { model: result, tokenizer: grown, chat: ashlarChat(grown)! };
}

function columnMean(data: Float32Array, column: number, width: number): number {
  let sum = 0;
  for (let i = column; i < data.length; i += width) sum += data[i]!;
  return (sum * width) / data.length;
}

/** What a chat model continues to answer a question, or the last message of a chat. */
export function chatPrompt(
  { tokenizer, chat }: Omit<ChatModel, 'model'>,
  question: string | readonly Message[],
): number[] {
  const messages = typeof question === 'string' ? [{ role: 'user', content: question }] : question;
  const turns = messages.map((message) => ({ ...message }));
  return encodeChat(tokenizer, turns, { template: chat.template, addGenerationPrompt: true }).ids;
}
