export { checkpointed } from './checkpointed.js';
export { differentiate, type Differentiated } from './differentiate.js';
export { referenceGradient } from './reference-gradient.js';
export { isolated, unrecorded } from './isolated.js';
