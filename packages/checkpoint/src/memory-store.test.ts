import { testFileStore } from '../test/file-store-suite.js';
import { memoryStore } from './index.js';

testFileStore('memoryStore', () => memoryStore());
