import { loadTrainingState, saveTrainingState } from '../src/index.js';
import { nodeStore } from '../src/node.js';
import { stateAt } from './numbered-state.js';

// saves one state after the other below a folder, from the last one on, until it is stopped; says which are saved
const [folder, count = 'Infinity'] = process.argv.slice(2);
const store = nodeStore(folder!);
const { progress } = (await loadTrainingState(store, 'checkpoints')) ?? { progress: { step: 0 } };
try {
  for (let step = progress.step + 1; step <= progress.step + Number(count); step++) {
    await saveTrainingState(store, 'checkpoints', stateAt(step));
    console.log(step);
  }
} catch (error) {
  console.log((error as Error).message);
  process.exitCode = 1;
}
