import type { StageEvent } from '@ashlar/recipe';
import { thousands } from './format.js';

/** What is said of a training before it begins; null for all that happens later. */
export function headLine(event: StageEvent): string | null {
  switch (event.type) {
    case 'tokenizer':
      return `tokenizer    ${thousands(event.vocabSize)} tokens`;
    case 'tokens':
      return `text         ${thousands(event.characters)} characters: ${thousands(event.training)} tokens to learn from, ${thousands(event.heldOut)} held out`;
    case 'model': {
      const { numLayers, numHeads, hiddenSize, contextLength } = event.config;
      return `model        ${thousands(event.parameters)} parameters: ${numLayers} layers of ${hiddenSize}, ${numHeads} heads, context ${contextLength}`;
    }
    case 'rows':
      return `rows         ${thousands(event.training)} to learn from, ${thousands(event.heldOut)} held out${dropped(event.dropped)}: ${thousands(event.learnt)} of ${thousands(event.tokens)} tokens are learnt`;
    case 'pairs':
      return `pairs        ${thousands(event.training)} to learn from, ${thousands(event.heldOut)} held out${dropped(event.dropped)}`;
    case 'adapters':
      return `adapters     on ${event.paths.length} linear layers; all else stays as it is`;
    case 'scale':
      return `reward       ${event.scale.gain.toFixed(2)} * score ${event.scale.bias < 0 ? '-' : '+'} ${Math.abs(event.scale.bias).toFixed(2)}: mean 0 and deviation 1 for what is answered now`;
    default:
      return null;
  }
}

const dropped = (count: number) => (count > 0 ? `, ${thousands(count)} dropped` : '');
