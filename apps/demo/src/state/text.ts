import { signal } from '@preact/signals';
import { jabberwocky, storyWorld } from '@ashlar/data';
import { settings } from './settings.js';

export type TextChoice = 'world' | 'poem' | 'own';

const nothingElse = { demonstrations: 0, preferences: 0, questions: 0, heldOut: 0 };
const { seed, world } = settings;
const worldText = storyWorld({ seed, stories: world.stories, ...nothingElse }).pretrainingText;
const given: Record<Exclude<TextChoice, 'own'>, string> = { world: worldText, poem: jabberwocky };

export const textChoice = signal<TextChoice>('world');
export const text = signal(given.world);
/** One sentence when the text cannot be used. */
export const textProblem = signal('');

/** @param content what the visitor pasted or opened; what was there before is kept when they only switch */
export function chooseText(choice: TextChoice, content?: string): void {
  textProblem.value = '';
  if (choice !== 'own') text.value = given[choice];
  else if (content !== undefined) text.value = content.replaceAll('\r\n', '\n');
  else if (textChoice.value !== 'own') text.value = '';
  textChoice.value = choice;
}
