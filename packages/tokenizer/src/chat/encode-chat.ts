import type { Tokenizer } from '../tokenizer.js';
import { applyChatTemplate, type ChatMessage, type ChatTemplateOptions } from './apply-chat-template.js';

export interface EncodeChatOptions extends ChatTemplateOptions {
  /**
   * What happens where a message spells a special token, which would otherwise act as one: `'forbid'` throws,
   * `'allow'` lets it. @default 'forbid'
   */
  specialTokensInMessages?: 'forbid' | 'allow';
}

/** A chat as ids. */
export interface EncodedChat {
  /** The template's text. */
  text: string;
  ids: number[];
  /** 1 for what the assistant said (`{% generation %}`), 0 for the rest; for losses on answers alone. */
  assistantMask: number[];
}

/**
 * Writes a chat by a template and encodes it; the special tokens of the template become ids.
 *
 * @throws RangeError where a message spells a special token of the tokenizer and that is not allowed.
 */
export function encodeChat(
  tokenizer: Pick<Tokenizer, 'encoding' | 'specialTokens'>,
  messages: readonly ChatMessage[],
  { specialTokensInMessages = 'forbid', ...options }: EncodeChatOptions = {},
): EncodedChat {
  if (specialTokensInMessages === 'forbid') forbid(messages, [...tokenizer.specialTokens.keys()]);
  const { text, generations } = applyChatTemplate(messages, options);
  const { ids, offsets } = tokenizer.encoding(text, {
    addSpecialTokens: false,
    specialTokens: 'allow',
    truncation: null,
    padding: null,
  });
  const assistantMask = new Array<number>(ids.length).fill(0);
  let token = 0;
  for (const [start, end] of generations) {
    while (token < ids.length && offsets[token]![1] <= start) token++;
    for (let i = token; i < ids.length && offsets[i]![0] < end; i++) assistantMask[i] = 1;
  }
  return { text, ids, assistantMask };
}

function forbid(messages: readonly ChatMessage[], tokens: readonly string[]): void {
  const search = (value: unknown, path: string): void => {
    if (typeof value === 'string') {
      const token = tokens.find((one) => one !== '' && value.includes(one));
      if (token !== undefined)
        throw new RangeError(
          `encodeChat: ${path} spells the special token ${JSON.stringify(token)}; set specialTokensInMessages to 'allow' if that is meant`,
        );
    } else if (value !== null && typeof value === 'object')
      for (const [key, item] of Object.entries(value)) search(item, `${path}.${key}`);
  };
  messages.forEach((message, i) => search(message, `messages[${i}]`));
}
