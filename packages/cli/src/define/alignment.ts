import type { Definer } from './definer.js';

/** From a model that goes on with a text to one that answers. */
export function defineAlignmentCommands(_definer: Definer): void {}
