import { signal } from '@preact/signals';
import { jabberwocky } from '@ashlar/data';
import { village } from '../texts/village.js';

export type TextChoice = 'village' | 'poem' | 'own';

const given: Record<Exclude<TextChoice, 'own'>, () => string> = { village: () => village(), poem: () => jabberwocky };

export const textChoice = signal<TextChoice>('village');
export const text = signal(given.village());
/** One sentence when the text cannot be used. */
export const textProblem = signal('');

/** @param content what the visitor pasted or opened; what was there before is kept when they only switch */
export function chooseText(choice: TextChoice, content?: string): void {
  textProblem.value = '';
  if (choice !== 'own') text.value = given[choice]();
  else if (content !== undefined) text.value = content.replaceAll('\r\n', '\n');
  else if (textChoice.value !== 'own') text.value = '';
  textChoice.value = choice;
}
