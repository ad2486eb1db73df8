import type { SupervisedRow } from '@ashlar/data';
import { makeTokenizer, textForTokenizer, type OnTokens, type TokenizerConfig } from '@ashlar/recipe';
import type { Tokenizer } from '@ashlar/tokenizer';

export interface MadeTokenizer {
  tokenizer: Tokenizer;
  /** Bytes of the text for each of its tokens. */
  bytesPerToken: number;
}

let latest: { text: string; config: string; made: MadeTokenizer } | undefined;

/** The tokenizer of a text and of `rows`. The latest is kept: the same text is not read twice. */
export function tokenizerOf(
  text: string,
  config: TokenizerConfig,
  { rows, onTokens }: { rows: readonly SupervisedRow[]; onTokens: OnTokens },
): MadeTokenizer {
  const key = JSON.stringify(config);
  if (latest?.text === text && latest.config === key) return latest.made;
  const tokenizer = makeTokenizer({ text: textForTokenizer({ text, rows }), config, onTokens });
  const bytesPerToken = new TextEncoder().encode(text).length / tokenizer.encode(text).length;
  latest = { text, config: key, made: { tokenizer, bytesPerToken } };
  return latest.made;
}
