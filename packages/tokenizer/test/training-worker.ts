import { serveTraining } from '../src/training/training-worker.js';

serveTraining(self);
