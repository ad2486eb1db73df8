export { rootMeanSquare } from './root-mean-square.js';
