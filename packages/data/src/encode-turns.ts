import type { SpecialTokenPolicy, Tokenizer } from '@ashlar/tokenizer';
import { encodeChat } from '@ashlar/tokenizer/chat';
import type { Turns } from './row-checks.js';
import type { Message } from './rows.js';

/** How rows become ids. */
export interface EncodingOptions {
  tokenizer: Pick<Tokenizer, 'encode' | 'encoding' | 'idToToken' | 'specialTokens'>;
  /** Ends what the model writes; appended to rows of text. Chats end their turns by their template. */
  eosTokenId: number;
  /** A name of a template of `@ashlar/tokenizer/chat`, or one in Jinja. @default 'ashlar' */
  chatTemplate?: string;
  /** What happens where a row spells a special token: an error, its id (`'allow'`), plain text. @default 'forbid' */
  specialTokens?: SpecialTokenPolicy;
}

/** A row as ids; `assistantMask` is 1 where a template marks what the assistant says, and missing for text. */
export interface EncodedTurns {
  ids: number[];
  promptLength: number;
  assistantMask: number[] | null;
}

/**
 * Encodes a prompt and what follows it as one, so that the ids are those that generation will see.
 *
 * @param prompt null where there is none
 * @throws Error of one sentence where the prompt's ids are not what the ids of both begin with
 */
export function encodeTurns(
  prompt: Turns | null,
  completion: Turns,
  { tokenizer, eosTokenId, chatTemplate: template = 'ashlar', specialTokens = 'forbid' }: EncodingOptions,
): EncodedTurns {
  const chat = (messages: Message[], addGenerationPrompt: boolean) =>
    encodeChat(
      tokenizer,
      messages.map((message) => ({ ...message })),
      {
        template,
        addGenerationPrompt,
        specialTokensInMessages: specialTokens === 'forbid' ? 'forbid' : 'allow',
      },
    );
  const text = (of: string) => tokenizer.encode(of, { specialTokens, truncation: null, padding: null });

  if (typeof completion !== 'string') {
    const turns = (prompt ?? []) as Message[];
    const { ids, assistantMask } = chat([...turns, ...completion], false);
    return { ids, assistantMask, promptLength: prompt ? prefixLength(chat(turns, true).ids, ids, tokenizer) : 0 };
  }
  const end = tokenizer.idToToken(eosTokenId);
  const body = end && completion.endsWith(end) ? completion.slice(0, -end.length) : completion;
  const ids = text(((prompt as string | null) ?? '') + body);
  if (ids.at(-1) !== eosTokenId) ids.push(eosTokenId);
  return { ids, assistantMask: null, promptLength: prompt ? prefixLength(text(prompt as string), ids, tokenizer) : 0 };
}

function prefixLength(prompt: number[], ids: number[], tokenizer: EncodingOptions['tokenizer']): number {
  const at = prompt.findIndex((id, i) => id !== ids[i]);
  if (at < 0) return prompt.length;
  const token = (id: number | undefined) => JSON.stringify(id === undefined ? '' : (tokenizer.idToToken(id) ?? id));
  throw new Error(
    `the prompt's ids are not what prompt and completion begin with: token ${at} is ${token(prompt[at])} alone and ${token(ids[at])} with the completion; end the prompt where the tokenizer cuts, or use chat messages`,
  );
}
