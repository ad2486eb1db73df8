import type { DropoutRng } from '@ashlar/ops';
import type * as tf from '@tensorflow/tfjs-core';
import { ownedTensors } from './walk.js';
import { borrowMark, disposeSymbol, moduleMark } from './marks.js';

/**
 * A piece of a model. **A module is its fields**; nothing is registered, functions walk the tree:
 *
 * | field holds | it is |
 * | --- | --- |
 * | trainable `tf.Variable` | a parameter: trained and saved |
 * | `tf.Variable` with `trainable = false` | saved, not trained |
 * | plain `tf.Tensor` | derived: never saved, freed with the module |
 * | `Module` or array of `Module`s | a child |
 *
 * Classes are final: change behaviour by wrapping a child (see `replaceModules`), never by subclassing a concrete module.
 * Keep tensors in ordinary fields; the walk cannot see `#private` ones.
 */
export abstract class Module {
  /** Frees every tensor that this module and its children own; what is `borrow`ed stays. */
  dispose(): void {
    for (const tensor of ownedTensors(this))
      // tfjs frees a variable's data again at each call, also data that others share
      if (!tensor.isDisposed) tensor.dispose();
  }
}

// Symbol.dispose is missing in some browsers; compiled `using` looks for this very symbol there
Object.defineProperty(Module.prototype, disposeSymbol, {
  value(this: Module) {
    this.dispose();
  },
});
Object.defineProperty(Module.prototype, moduleMark, { value: true });

export interface Module {
  [Symbol.dispose](): void;
}

/** A module that maps one tensor to another: the type that fields ask for, so that a wrapper fits in. */
export interface UnaryModule extends Module {
  /** @param rng switches dropout on, where the module (or an adapter around it) has any */
  forward(x: tf.Tensor, rng?: DropoutRng): tf.Tensor;
}

/**
 * A view of `module` for a field of another module that uses it and does not own it (a shared trunk, a frozen
 * reference): the walk does not enter it, so its owner alone trains, saves and frees it.
 */
export function borrow<T extends Module>(module: T): T {
  return Object.create(module, { [borrowMark]: { value: true } }) as T;
}
