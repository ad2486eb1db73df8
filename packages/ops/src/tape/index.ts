export { checkpointed } from './checkpointed.js';
export { referenceGradient } from './reference-gradient.js';
export { isolated } from './isolated.js';
