import { signal } from '@preact/signals';
import type { ChatStage } from '../engine/model-stages.js';
import { onMessage } from './engine.js';
import { startJob } from './jobs.js';

export interface GivenAnswer {
  text: string;
  /** Whether it came to an end by itself. */
  ended: boolean;
}

/** A story with a question; the visitor may write their own. */
export const question = signal(
  'On Friday Ida was by the river. She found a drum. Later a fox came. What did Ida find?',
);
/** The question that `answers` answer. */
export const asked = signal('');
export const answers = signal<Partial<Record<ChatStage, GivenAnswer>>>({});

export function ask(): void {
  asked.value = question.value;
  answers.value = {};
  startJob('answering', { type: 'ask', question: question.value });
}

onMessage((message) => {
  if (message.type === 'answered') answers.value = { ...answers.value, [message.stage]: message };
});
