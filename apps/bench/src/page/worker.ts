import { version } from '@ashlar/ops/package.json';
import * as tf from '@tensorflow/tfjs-core';
import { measureRoofline } from '../roofline.js';
import { chooseCases } from '../suite/cases/index.js';
import { budgets } from '../suite/run-case.js';
import { clockStep, runSuite } from '../suite/run-suite.js';
import { describeGpu, openBackend } from './backends.js';
import type { Order, Said } from './messages.js';

const say = (said: Said) => self.postMessage(said);

/** Runs the suite on one backend, which this worker serves for its whole life. */
async function obey({ backend, only, isQuick, withHost }: Order): Promise<void> {
  const before = await measureRoofline();
  const problems = await openBackend(backend);
  const gpu = await describeGpu(backend);
  const cases = chooseCases(only, isQuick).filter(({ onHost }) => withHost || !onHost);
  const { proof } = await runSuite(cases, {
    budget: budgets[isQuick ? 'quick' : 'full'],
    isSlow: gpu?.software ?? false,
    named: only,
    onCase: (work) => say({ type: 'case', work }),
    onResult(results) {
      const reported = problems();
      const message = reported.join('; ');
      say({
        type: 'results',
        results: reported.length === 0 ? results : results.map((one) => ({ ...one, status: 'failed', message })),
      });
    },
  });
  say({
    type: 'done',
    proof,
    roofline: [before, await measureRoofline()],
    clockStepUs: 1000 * clockStep(),
    ...(gpu && { gpu }),
    packages: { '@ashlar/ops': version, '@tensorflow/tfjs-core': tf.version_core },
  });
}

self.onmessage = ({ data }: MessageEvent<Order>) =>
  void obey(data).catch((error: Error) => say({ type: 'failed', message: error.message }));
