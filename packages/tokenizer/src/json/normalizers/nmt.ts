import type { Normalizer } from '../../types.js';
import { mapCharacters } from '../transform.js';

const dropped = /[\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]/;
const spaces = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/;

/** The cleaning of the neural translation models: control characters go, odd spaces become spaces. */
export const nmtNormalizer: Normalizer = {
  normalize: (text) => mapCharacters(text, (c) => (dropped.test(c) ? '' : spaces.test(c) ? ' ' : c)),
  toJSON: () => ({ type: 'Nmt' }),
};
