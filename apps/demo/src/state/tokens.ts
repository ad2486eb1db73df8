import { effect, signal } from '@preact/signals';
import type { TokenizerConfig } from '@ashlar/recipe';
import type { Tokenized } from '../engine/protocol.js';
import { backend, onMessage, send } from './engine.js';
import { settings } from './settings.js';
import { text } from './text.js';

export const tokenizer = signal<TokenizerConfig>(settings.tokenizer);
/** What is shown cut into tokens. */
export const sample = signal('On Monday Anna was in the garden. Where was Anna?');
export const tokenized = signal<Tokenized | null>(null);
export const tokensProblem = signal('');
/** How far a tokenizer that is being learnt is; null when none is. */
export const learning = signal<{ done: number; of: number } | null>(null);

let asked = 0;

// typing must not train a tokenizer for every letter
let timer: ReturnType<typeof setTimeout> | undefined;
effect(() => {
  const request = { text: text.value, sample: sample.value, tokenizer: tokenizer.value };
  if (!backend.value || request.text === '') return;
  clearTimeout(timer);
  timer = setTimeout(() => send({ type: 'tokenize', id: ++asked, ...request }), 250);
});

onMessage((message) => {
  if (message.type === 'tokenizing') learning.value = message;
  else if (message.type === 'tokenized' || message.type === 'failed') learning.value = null;
  if (message.type === 'tokenized' && message.id === asked) {
    tokenized.value = message.tokenized;
    tokensProblem.value = '';
  } else if (message.type === 'failed' && message.during === 'tokenize') tokensProblem.value = message.sentence;
});
