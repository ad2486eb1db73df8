import { toMessages, type SupervisedRow } from '@ashlar/data';
import type { OnTokens, TokenizerConfig } from '@ashlar/recipe';
import { byteTokenizer, characterTokenizer, trainBpe, type Tokenizer } from '@ashlar/tokenizer';

export interface MadeTokenizer {
  tokenizer: Tokenizer;
  /** Bytes of the text for each of its tokens. */
  bytesPerToken: number;
}

const ROWS = 3000;
let latest: { text: string; config: string; made: MadeTokenizer } | undefined;

/**
 * The tokenizer of a text. Questions and answers are read too, so that their words are tokens when the model learns to
 * answer. The latest is kept: the same text is not read twice.
 */
export function makeTokenizer(
  text: string,
  config: TokenizerConfig,
  { rows, onTokens }: { rows: readonly SupervisedRow[]; onTokens: OnTokens },
): MadeTokenizer {
  const key = JSON.stringify(config);
  if (latest?.text === text && latest.config === key) return latest.made;
  const tokenizer = make([text, ...rows.slice(0, ROWS).map(wordsOf)].join('\n'), config, onTokens);
  const bytesPerToken = new TextEncoder().encode(text).length / tokenizer.encode(text).length;
  latest = { text, config: key, made: { tokenizer, bytesPerToken } };
  return latest.made;
}

function make(text: string, { kind, vocabSize }: TokenizerConfig, onTokens: OnTokens): Tokenizer {
  if (kind === 'characters') return characterTokenizer(text);
  if (kind === 'bytes') return byteTokenizer();
  return trainBpe(text, {
    vocabSize: vocabSize!,
    onProgress: ({ stage, done }) => stage === 'learn' && onTokens(done, vocabSize!),
  });
}

function wordsOf(row: SupervisedRow): string {
  if ('text' in row) return row.text;
  const messages = 'messages' in row ? row.messages : Object.values(toMessages(row)).flat();
  return messages.map(({ content }) => content).join('\n');
}
