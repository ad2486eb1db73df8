import type { FileStore } from '@ashlar/checkpoint';
import { toMessages, type SupervisedRow } from '@ashlar/data';
import { Tokenizer } from '@ashlar/tokenizer';
import { withChatTokens } from '../../models/chat-format.js';
import { trainTokenizer } from '../../stages/train-tokenizer.js';
import type { StageContext, StageRun } from '../stage-context.js';

const ROWS_TO_READ = 3000;
const FILE = 'tokenizer/tokenizer.json';

/** A tokenizer of the text and of the first questions and answers, with the tokens of chats. */
export async function* runTokenizer({ store, config, data, onTokens }: StageContext): StageRun {
  let vocabSize = 0;
  // the words of the questions and answers too, so that they are not cut into small pieces
  const text = [data.text, ...data.rows.slice(0, ROWS_TO_READ).map(textOf)].join('\n');
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

/** What a row says, for the tokenizer. */
function textOf(row: SupervisedRow): string {
  if ('text' in row) return row.text;
  const { messages } = 'messages' in row ? row : { messages: Object.values(toMessages(row)).flat() };
  return messages.map(({ content }) => content).join('\n');
}

/** The tokenizer that the stage has made. */
export async function loadTokenizer(store: FileStore): Promise<Tokenizer> {
  const bytes = await store.read(FILE);
  return Tokenizer.fromJSON(JSON.parse(new TextDecoder().decode(bytes!)) as object);
}
