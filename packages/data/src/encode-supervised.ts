import { ignoreIndex } from './batch.js';
import { encodeTurns, type EncodedTurns, type EncodingOptions } from './encode-turns.js';
import { checkSizes } from './evaluation-batches.js';
import { originOf } from './row-origin.js';
import type { SupervisedRow } from './rows.js';

export interface SupervisedOptions extends EncodingOptions {
  /** Tokens that are kept of a row; the rest is cut off at the end. */
  maxLength: number;
  /** Whether the prompt of a prompt with completion is left out of the loss. @default true */
  completionOnlyLoss?: boolean;
  /**
   * Whether only what the template marks as the assistant's (`{% generation %}`) is in the loss.
   * @default true for rows of `messages`, false for prompts with completions
   */
  assistantOnlyLoss?: boolean;
}

/** A row to learn from. */
export interface SupervisedExample {
  inputIds: Int32Array;
  /** The same ids, -100 where a token is not learnt. Not shifted: a label is the token of its own place. */
  labels: Int32Array;
}

/**
 * A row as ids and labels, by TRL's rules: the completion or the assistant's turns are learnt, their end included.
 *
 * @returns null where nothing to learn is left in the first `maxLength` tokens
 * @throws Error of one sentence, with file and line where the row has them: a prompt whose ids are not a prefix of the
 *   whole, a template that marks nothing as the assistant's, a row that spells a special token
 */
export function encodeSupervised(row: SupervisedRow, options: SupervisedOptions): SupervisedExample | null {
  checkSizes({ maxLength: options.maxLength });
  const where = originOf(row);
  let encoded: EncodedTurns;
  try {
    encoded = encode(row, options);
  } catch (error) {
    if (where === null) throw error;
    throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
  }
  const inputIds = Int32Array.from(encoded.ids.slice(0, options.maxLength));
  const labels = inputIds.map((id, i) => (isLearnt(encoded, i) ? id : ignoreIndex));
  // the first token is what nothing predicts
  return labels.some((label, i) => i > 0 && label !== ignoreIndex) ? { inputIds, labels } : null;
}

const isLearnt = ({ promptLength, assistantMask }: EncodedTurns, i: number) =>
  i >= promptLength && assistantMask?.[i] !== 0;

function encode(row: SupervisedRow, options: SupervisedOptions): EncodedTurns {
  const { completionOnlyLoss = true } = options;
  const paired = 'prompt' in row;
  const encoded = paired
    ? encodeTurns(row.prompt, row.completion, options)
    : encodeTurns(null, 'messages' in row ? row.messages : row.text, options);
  const { assistantOnlyLoss = !paired } = options;
  const assistantMask = assistantOnlyLoss ? encoded.assistantMask : null;
  if (assistantMask && !assistantMask.includes(1))
    throw new Error(
      "the chat template marks nothing as the assistant's: it needs {% generation %} and {% endgeneration %}",
    );
  return { ...encoded, assistantMask, promptLength: completionOnlyLoss ? encoded.promptLength : 0 };
}
