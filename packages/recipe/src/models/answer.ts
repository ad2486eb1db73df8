import { rollout } from '@ashlar/generation';
import type { LanguageModel } from '@ashlar/nn';
import { chatPrompt, type ChatModel } from './chat-format.js';

export interface AnswerOptions {
  /** Fewer where a question leaves less room in the context. @default 60 */
  maxNewTokens?: number;
  /** 0 always takes the likeliest token. @default 0 */
  temperature?: number;
  /** @default 0 */
  seed?: number;
  /** Questions answered at a time. @default 32 */
  batchSize?: number;
  signal?: AbortSignal;
}

export interface Answer {
  text: string;
  /** Up to and with the end, if it came. */
  ids: number[];
  ended: boolean;
}

/** What may answer: any language model with a chat format, quantized or not. */
export type Answering = Omit<ChatModel, 'model'> & { model: LanguageModel };

/**
 * What a model answers to each of several questions.
 *
 * @throws RangeError of one sentence for a question that fills the context
 */
export async function answerAll(
  { model, tokenizer, chat }: Answering,
  questions: readonly string[],
  { maxNewTokens = 60, temperature = 0, seed = 0, batchSize = 32, signal }: AnswerOptions = {},
): Promise<Answer[]> {
  const { contextLength } = model.config;
  const prompts = questions.map((question) => chatPrompt({ tokenizer, chat }, question));
  const long = prompts.findIndex(({ length }) => length >= contextLength);
  if (long >= 0)
    throw new RangeError(
      `the question ${JSON.stringify(questions[long]!.slice(0, 60))} has ${prompts[long]!.length} tokens: it leaves no room for an answer in a context of ${contextLength}`,
    );
  const answers: Answer[] = [];
  for (let first = 0; first < prompts.length; first += batchSize) {
    const batch = prompts.slice(first, first + batchSize);
    const room = contextLength - Math.max(...batch.map(({ length }) => length));
    const { responses, ended } = await rollout(model, batch, {
      maxNewTokens: Math.min(maxNewTokens, room),
      temperature,
      seed,
      firstRow: first,
      eosTokenId: chat.eosTokenId,
      padTokenId: chat.padTokenId,
      ...(signal && { signal }),
    });
    responses.forEach((ids, i) =>
      answers.push({ text: tokenizer.decode(ids, { skipSpecialTokens: true }), ids, ended: ended[i]! }),
    );
  }
  return answers;
}

/** The questions that leave room in the context for `tokens` of an answer. */
export function fittingQuestions(
  { model, tokenizer, chat }: Answering,
  questions: readonly string[],
  tokens = 1,
): string[] {
  const room = model.config.contextLength - tokens;
  return questions.filter((question) => chatPrompt({ tokenizer, chat }, question).length <= room);
}
