import { encodeSupervised, toMessages, type SupervisedRow } from '@ashlar/data';
import type { ChatModel } from '@ashlar/recipe';
import type { MaskedToken } from './protocol.js';

/** Rows as the loss sees them: each token, and whether it is learnt. */
export function maskedExamples({ model, tokenizer, chat }: ChatModel, rows: readonly SupervisedRow[]): MaskedToken[][] {
  const { contextLength: maxLength } = model.config;
  return rows.flatMap((row) => {
    const example = encodeSupervised('completion' in row ? toMessages(row) : row, {
      tokenizer,
      eosTokenId: chat.eosTokenId,
      chatTemplate: chat.template,
      maxLength,
    });
    if (!example) return [];
    const { inputIds, labels } = example;
    return [Array.from(inputIds, (id, i) => ({ text: tokenizer.decode([id]), learnt: labels[i]! >= 0 }))];
  });
}
