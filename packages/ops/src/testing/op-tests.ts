import * as tf from '@tensorflow/tfjs-core';
import { registerGradients } from '../gradients/index.js';
import type { TestBody } from './backend-test.js';
import type { OpCase } from './cases/case.js';
import { expectClose } from './expect-close.js';
import { expectNoLeaks } from './expect-no-leaks.js';
import { normal, upload, type Host } from './host.js';
import { hasKernels, withoutKernels } from './without-kernels.js';

type Values = Record<string, ArrayLike<number>>;

/** The tests of one case. */
export function opTests(opCase: OpCase, tolerance: number): TestBody[] {
  const tests: TestBody[] = [
    {
      name: `${opCase.name}: values`,
      async body() {
        const { y } = await forward(opCase);
        await expectClose(y, opCase.float64(opCase.inputs), { tolerance, name: 'y' });
      },
    },
    {
      name: `${opCase.name}: equal when run again, no leak`,
      async body() {
        const [first, second] = [await forward(opCase), await forward(opCase)];
        await expectClose(second.y, first.y, { tolerance: 0 });
        await expectNoLeaks(async () => void (await backward(opCase)));
      },
    },
  ];
  if (opCase.gradients?.length)
    tests.push({
      name: `${opCase.name}: gradients`,
      async body() {
        const gradients = await backward(opCase);
        const close = { tolerance: 2 * tolerance, absolute: 0.1 * tolerance };
        for (const name of opCase.gradients!)
          await expectClose(gradients[name]!, centralDifferences(opCase, name), { ...close, name: `d${name}` });
        if (!hasKernels()) return;
        const reference = await withoutKernels(() => backward(opCase));
        for (const name of opCase.gradients!)
          await expectClose(gradients[name]!, reference[name]!, { ...close, name: `d${name}, reference` });
      },
    });
  return tests;
}

/** Runs the op; inputs and clones of them must be as before afterwards. */
async function forward({ inputs, run, shape }: OpCase): Promise<{ y: ArrayLike<number> }> {
  const tensors = mapValues(inputs, upload);
  const clones = mapValues(tensors, (tensor) => tf.clone(tensor));
  const y = tf.tidy(() => run(tensors));
  if (String(y.shape) !== String(shape)) throw new Error(`the shape is [${y.shape}], expected [${shape}]`);
  const values = await y.data();
  for (const [name, { values: before }] of Object.entries(inputs))
    for (const tensor of [tensors[name]!, clones[name]!])
      await expectClose(tensor, before, { tolerance: 0, name: `${name} afterwards` });
  tf.dispose([tensors, clones, y]);
  return { y: values };
}

/** The weights of the outputs in the scalar that is differentiated. */
const weightsOf = ({ shape, name }: OpCase): Host => normal(`${name} dy`, shape);

async function backward(opCase: OpCase): Promise<Values> {
  registerGradients();
  const { inputs, run, gradients: names = [] } = opCase;
  const tensors = mapValues(inputs, upload);
  const found = tf.tidy(() => {
    const dy = upload(weightsOf(opCase));
    if (names.length === 0) return [run(tensors)];
    const xs = names.map((name) => tensors[name]!);
    return tf.engine().gradients(() => tf.sum(tf.mul(run(tensors), dy)), xs).grads;
  });
  const values: Values = {};
  for (const [i, name] of names.entries()) values[name] = await found[i]!.data();
  tf.dispose([tensors, found]);
  return values;
}

/** Distance of the differences. */
const step = 1e-4;

/** The gradient of one input from the float64 definition. */
function centralDifferences(opCase: OpCase, name: string): Float64Array {
  const dy = weightsOf(opCase).values;
  const input = opCase.inputs[name]!;
  return input.values.map((value, at) => {
    const moved = (distance: number) => {
      const values = input.values.slice();
      values[at] = value + distance;
      const y = opCase.float64({ ...opCase.inputs, [name]: { ...input, values } });
      return y.reduce((sum, element, i) => sum + element * dy[i]!, 0);
    };
    return (8 * (moved(step) - moved(-step)) - (moved(2 * step) - moved(-2 * step))) / (12 * step);
  });
}

function mapValues<A, B>(record: Record<string, A>, f: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value)]));
}
