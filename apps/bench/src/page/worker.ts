import { registerGradients } from '@ashlar/ops';
import { version } from '@ashlar/ops/package.json';
import * as tf from '@tensorflow/tfjs-core';
import { measureRoofline } from '../roofline.js';
import { CaseAtWork } from '../suite/at-work.js';
import { chooseCases } from '../suite/cases/index.js';
import { budgets } from '../suite/run-case.js';
import { clockStep, runSuite } from '../suite/run-suite.js';
import { describeGpu, openBackend } from './backends.js';
import type { PlayerOrder, Request, Said, SuiteOrder } from './messages.js';

const say = (said: Said) => self.postMessage(said);

/** Runs the suite on one backend, which this worker serves for its whole life. */
async function runOn({ backend, only, isQuick, withHost }: SuiteOrder): Promise<void> {
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

/** A case at work on a backend, by Ashlar or in the stock operations of tfjs. */
async function startCase({ work, by, backend, threads }: PlayerOrder): Promise<CaseAtWork> {
  const one = chooseCases([work], false)[0]!;
  if (by === 'tfjs') {
    // only then: it brings gradients of its own
    const { openStock, stockForm } = await import('./stock.js');
    await openStock(backend);
    return CaseAtWork.start(stockForm(one));
  }
  await openBackend(backend, threads);
  registerGradients();
  return CaseAtWork.start(one);
}

/** Prepares a case and answers requests, one after the other. */
async function play(order: PlayerOrder): Promise<void> {
  const atWork = await startCase(order);
  const answer = async (request: Request): Promise<Said> =>
    request.type === 'play'
      ? { type: 'played', ms: await atWork.runs(request.count) }
      : { type: 'checked', check: await atWork.check() };
  self.onmessage = ({ data }: MessageEvent<Request>) => void answer(data).then(say, fail);
  say({ type: 'ready', firstMs: atWork.firstMs, inputHash: atWork.inputHash });
}

const fail = ({ message }: Error) => say({ type: 'failed', message });

self.onmessage = ({ data }: MessageEvent<SuiteOrder | PlayerOrder>) =>
  void (data.type === 'suite' ? runOn(data) : play(data)).catch(fail);
