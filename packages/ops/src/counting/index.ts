export { countMemory, isCounting, memoryLimit, type MemoryCount } from './count-memory.js';
export type { Held } from './ledger.js';
