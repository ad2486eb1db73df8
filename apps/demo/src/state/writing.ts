import { signal } from '@preact/signals';
import type { TokenEvent } from '@ashlar/recipe';
import { onMessage, send } from './engine.js';

export const prompt = signal('');
export const temperature = signal(0.8);
export const topK = signal(20);
export const maxNewTokens = signal(300);
export const written = signal<TokenEvent[]>([]);
/** The prompt that `written` continues. */
export const continued = signal('');
export const isWriting = signal(false);
export const writingProblem = signal('');

let seed = 0;

export function write(): void {
  written.value = [];
  writingProblem.value = '';
  continued.value = prompt.value;
  isWriting.value = true;
  const options = { temperature: temperature.value, topK: topK.value, maxNewTokens: maxNewTokens.value, seed: seed++ };
  send({ type: 'generate', prompt: prompt.value, options });
}

export const interrupt = (): void => send({ type: 'interrupt' });

onMessage((message) => {
  if (message.type === 'tokens') written.value = [...written.value, ...message.tokens];
  else if (message.type === 'generated') isWriting.value = false;
  else if (message.type === 'failed' && message.during === 'generate') {
    writingProblem.value = message.sentence;
    isWriting.value = false;
  }
});
