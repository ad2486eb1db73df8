import type { Message } from '@ashlar/data';
import { generate, type SamplingOptions } from '@ashlar/generation';
import { chatPrompt, type ChatModel } from '@ashlar/recipe';

export interface AnswerSettings extends SamplingOptions {
  maxNewTokens: number;
  signal: AbortSignal;
}

/** A piece of an answer. */
export interface AnswerPart {
  /** Empty while a character is unfinished. */
  text: string;
  /** Whether the answer came to its end here. */
  ended: boolean;
}

/** A chat with a model: it remembers what was said, as far as that fits into its context. */
export class Conversation {
  readonly messages: Message[] = [];

  constructor(private readonly chat: ChatModel) {}

  /**
   * Asks, and yields the answer token by token.
   *
   * @throws RangeError of one sentence for a question that fills the context by itself
   */
  async *ask(question: string, { maxNewTokens, ...settings }: AnswerSettings): AsyncGenerator<AnswerPart> {
    const { model, tokenizer, chat } = this.chat;
    this.messages.push({ role: 'user', content: question });
    const ids = this.prompt();
    const stream = tokenizer.decodeStream({ skipSpecialTokens: true });
    const room = model.config.contextLength - ids.length;
    let answer = '';
    const say = (text: string, ended: boolean): AnswerPart => {
      answer += text;
      return { text, ended };
    };
    const limits = { maxNewTokens: Math.min(maxNewTokens, room), eosTokenId: chat.eosTokenId };
    for await (const { id } of generate(model, ids, { ...limits, ...settings }))
      yield say(id === chat.eosTokenId ? stream.end() : stream.push(id), id === chat.eosTokenId);
    this.messages.push({ role: 'assistant', content: answer.trim() });
  }

  /** What the model goes on with: the last turns, as many as leave room for an answer. */
  private prompt(): number[] {
    const { contextLength } = this.chat.model.config;
    let ids = chatPrompt(this.chat, this.messages);
    for (let first = 2; first < this.messages.length && ids.length > MOST_OF_CONTEXT * contextLength; first += 2)
      ids = chatPrompt(this.chat, this.messages.slice(first));
    if (ids.length < contextLength) return ids;
    this.messages.pop();
    throw new RangeError(
      `the question has ${ids.length} tokens: it leaves no room for an answer in a context of ${contextLength}`,
    );
  }
}

/** Older turns go where less than this part of the context would be left for the answer. */
const MOST_OF_CONTEXT = 0.6;
