import type { FileStore } from '@ashlar/checkpoint';
import { Tokenizer } from '@ashlar/tokenizer';
import { withChatTokens } from '../../models/chat-format.js';
import { trainTokenizer } from '../../stages/train-tokenizer.js';
import type { StageContext, StageRun } from '../stage-context.js';
import { textForTokenizer } from '../text-for-tokenizer.js';

const FILE = 'tokenizer/tokenizer.json';

/** A tokenizer of the text and of the first questions and answers, with the tokens of chats. */
export async function* runTokenizer({ store, config, data, onTokens }: StageContext): StageRun {
  let vocabSize = 0;
  const text = textForTokenizer(data);
  for await (const event of trainTokenizer({ text, config: config.tokenizer, ...(onTokens && { onTokens }) })) {
    if (event.type !== 'tokenizer') {
      yield event;
      continue;
    }
    const tokenizer = withChatTokens(event.tokenizer);
    vocabSize = tokenizer.vocabSize;
    const json = `${JSON.stringify(tokenizer.toJSON(), null, 2)}\n`;
    await store.write(FILE, new TextEncoder().encode(json));
    yield { ...event, tokenizer, vocabSize };
  }
  const gained = `${vocabSize} tokens, 5 of them for chats`;
  return { examples: 1, tokens: 0, parameters: 0, flops: 0, gained, measures: { vocabSize } };
}

/** The tokenizer that the stage has made. */
export async function loadTokenizer(store: FileStore): Promise<Tokenizer> {
  const bytes = await store.read(FILE);
  return Tokenizer.fromJSON(JSON.parse(new TextDecoder().decode(bytes!)) as object);
}
