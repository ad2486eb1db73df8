export { LearnedPositionEmbedding } from './learned-position-embedding.js';
export { sinusoidalPositions } from './sinusoidal-positions.js';
export { TokenEmbedding } from './token-embedding.js';
