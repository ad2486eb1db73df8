export { nodeStore } from './node-store.js';
