export { faultyStore, type FaultyStore, type FaultyStoreOptions } from './testing/faulty-store.js';
