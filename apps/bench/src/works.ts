/** What the peers in `peers/` need to read works. */
export { readOperand, readText, readWork } from './works/folder.js';
