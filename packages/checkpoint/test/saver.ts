import { loadTrainingState, saveTrainingState } from '../src/index.js';
import { nodeStore } from '../src/node.js';
import { stateAt } from './numbered-state.js';

// saves one state after the other below a folder, from the last one on, until it is stopped
const [folder, count = 'Infinity'] = process.argv.slice(2);
const store = nodeStore(folder!);
const { progress } = (await loadTrainingState(store, 'checkpoints')) ?? { progress: { step: 0 } };
console.log('ready');
try {
  for (let i = 1; i <= Number(count); i++) await saveTrainingState(store, 'checkpoints', stateAt(progress.step + i));
} catch (error) {
  console.log((error as Error).message);
  process.exitCode = 1;
}
