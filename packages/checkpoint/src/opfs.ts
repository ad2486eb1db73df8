export { opfsStore } from './opfs-store.js';
