import * as tf from '@tensorflow/tfjs-core';
import { registerGradients } from '../gradients/index.js';
import { differentiate } from './differentiate.js';
import { isolated, unrecorded, type TapeNode } from './isolated.js';
import { mode, record, retain } from './record.js';

/**
 * Gradient checkpointing (Chen et al. 2016, arXiv 1604.06174): nothing that `f` computes on the way is kept for the
 * backward pass, which runs `f` again.
 *
 * Gradients reach the arguments and every trainable variable that `f` uses. All other tensors it uses must be
 * arguments too, or live until the backward pass. It must compute the same thing again: take random positions from
 * `rng.fork()` of one generator.
 *
 * @throws Error when `f` uses a tensor that carries a gradient and is neither an argument nor a variable
 */
export function checkpointed(f: (...xs: tf.Tensor[]) => tf.Tensor): (...xs: tf.Tensor[]) => tf.Tensor {
  return (...xs) => {
    if (mode() !== 'record') return f(...xs);
    const { y, variables } = discover(f, xs);
    const saved = xs.map(retain);
    const inputs: tf.NamedTensorMap = {};
    xs.forEach((x, i) => x.dtype === 'float32' && (inputs[`x.${i}`] = x));
    for (const variable of variables) inputs[`variable.${variable.id}`] = variable;
    const target: tf.NamedTensorMap = { ...inputs };
    saved.forEach((x, i) => (target[`x.${i}`] = x));
    record({
      name: 'checkpointed',
      inputs,
      outputs: [y],
      saved,
      gradient: (wanted, [dy]) =>
        again(
          () => f(...saved),
          wanted.map((name) => target[name]!),
          dy!,
        ),
    });
    return y;
  };
}

/** The gradients of `targets`, from running `f` again. */
function again(f: () => tf.Tensor, targets: tf.Tensor[], dy: tf.Tensor): tf.Tensor[] {
  registerGradients();
  const { value, grads } = differentiate(f, targets, dy);
  value.dispose();
  return targets.map((target, i) => grads[i] ?? tf.zerosLike(target));
}

/** Runs `f` on a tape of its own, which is thrown away, to see which variables it uses. */
function discover(
  f: (...xs: tf.Tensor[]) => tf.Tensor,
  xs: tf.Tensor[],
): { y: tf.Tensor; variables: Set<tf.Variable> } {
  const { state } = tf.engine();
  const outer = state.activeTape;
  return unrecorded(() =>
    isolated(() => {
      const tape: TapeNode[] = [];
      Object.assign(state, { activeTape: tape, gradientDepth: 1 });
      const y = tf.tidy(() => f(...xs));
      const inside = new Set([...xs, ...tape.flatMap((node) => node.outputs)].map((tensor) => tensor.id));
      const variables = new Set<tf.Variable>();
      for (const node of tape) {
        tf.dispose(node.saved);
        for (const input of Object.values(node.inputs)) {
          if (inside.has(input.id)) continue;
          if (!(input instanceof tf.Variable)) refuseRecorded(input, outer);
          else if (input.trainable) variables.add(input);
        }
      }
      return { y, variables };
    }),
  );
}

function refuseRecorded(input: tf.Tensor, outer: TapeNode[]): void {
  if (outer.some((node) => node.outputs.some((output) => output.id === input.id)))
    throw new Error(
      `checkpointed: the function uses a computed tensor [${input.shape.join(', ')}] that carries a gradient; pass it as an argument`,
    );
}
