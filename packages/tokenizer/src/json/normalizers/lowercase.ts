import type { AlignedText } from '../../aligned-text.js';
import type { Normalizer } from '../../types.js';
import { mapCharacters } from '../transform.js';

/** Every character in lower case on its own: a final sigma stays σ. */
export function lowercased(text: AlignedText): AlignedText {
  return mapCharacters(text, (c) => c.toLowerCase());
}

/** Lower case. */
export const lowercaseNormalizer: Normalizer = {
  normalize: lowercased,
  toJSON: () => ({ type: 'Lowercase' }),
};
