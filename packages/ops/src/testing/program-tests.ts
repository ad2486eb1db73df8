import * as tf from '@tensorflow/tfjs-core';
import { registerGradients } from '../gradients/index.js';
import type { TestBody } from './backend-test.js';
import type { OpCase } from './cases/case.js';
import { normal, sizeOf, upload } from './host.js';
import { watchPrograms, type WatchedProgram } from './watch-programs.js';

/** How much a call of a fused op may ask of a GPU. */
export interface ProgramLimit {
  /** Programs that a call runs at most, and its gradient; none of them stores more than twice the largest tensor of the case. */
  most: number;
  /** Cases that run more, or store more elements at a time, and how many. One that matches no case is an error. */
  except?: { cases: RegExp; most?: number; stores?: number; reason: string }[];
}

/** A test for each case that its op and the gradient of it keep to the limit. */
export function programTests(cases: readonly OpCase[], { most, except = [] }: ProgramLimit): TestBody[] {
  const stale = except.find((entry) => !cases.some(({ name }) => entry.cases.test(name)));
  if (stale) throw new Error(`except ${stale.cases}: no such case`);
  return cases.map((opCase) => {
    const exception = except.find(({ cases }) => cases.test(opCase.name));
    const allowed = exception?.most ?? most;
    return {
      name: `${opCase.name}: programs`,
      async body() {
        const { forward, gradient } = await programsOf(opCase);
        if (Math.max(forward.length, gradient.length) > allowed)
          throw new Error(
            `${forward.length} programs and ${gradient.length} for the gradient, at most ${allowed} are allowed`,
          );
        const own = largest([...Object.values(opCase.inputs), opCase]);
        const stored = largest([...forward, ...gradient].flatMap(({ outputs }) => outputs));
        // statistics of a row may be two numbers
        if (stored > (exception?.stores ?? 2 * own))
          throw new Error(`a program stores ${stored} elements; the largest tensor of the call has ${own}`);
      },
    };
  });
}

const largest = (tensors: readonly { shape: readonly number[] }[]) =>
  Math.max(0, ...tensors.map(({ shape }) => sizeOf(shape)));

/** The programs of a call and of its gradient, when the inputs are on the device already. */
async function programsOf({ inputs, run, shape, gradients = [] }: OpCase) {
  registerGradients();
  const x = Object.fromEntries(Object.entries(inputs).map(([name, host]) => [name, upload(host)]));
  const dy = upload(normal('dy', shape));
  const call = () => {
    const programs: WatchedProgram[] = [];
    const stop = watchPrograms((program) => programs.push(program));
    let forward = 0;
    const f = () => {
      const y = run(x);
      forward = programs.length;
      return y;
    };
    const outputs = tf.tidy(() => {
      if (gradients.length === 0) return [f()];
      return tf.engine().gradients(f, gradients.map((name) => x[name]!), dy as never).grads; // prettier-ignore
    });
    stop();
    tf.dispose(outputs);
    return { forward: programs.slice(0, forward), gradient: programs.slice(forward) };
  };
  call(); // uploads the inputs
  const programs = call();
  tf.dispose([x, dy]);
  return programs;
}
