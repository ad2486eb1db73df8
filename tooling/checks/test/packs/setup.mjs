import { layOut, packAll } from '../../src/scratch.mjs';

export default function setup() {
  packAll();
  layOut();
}
