import { Module, replaceModules, stateDict } from '@ashlar/nn';
import * as tf from '@tensorflow/tfjs-core';
import { describePaths, isNamed } from './targets.js';

/** What the variables of modules that train whole held before: plain tensors by state-dict path, freed with the model. */
export class Originals extends Module {
  [path: string]: unknown;
}

/** The trained variables and what they held before. */
export interface SavedModules {
  /** State-dict paths of the modules, sorted. */
  readonly modules: readonly string[];
  /** By state-dict path, sorted. */
  readonly variables: ReadonlyMap<string, tf.Variable>;
  readonly originals: Originals;
}

/**
 * The paths of the modules that `names` choose: paths or their ends, as for targets.
 *
 * @throws Error that lists what there is, for a name that matches nothing or a module with linears that are adapted
 */
export function selectModules(
  model: Module,
  names: readonly string[],
  adapted: readonly string[],
  who: string,
): string[] {
  const all: string[] = [];
  replaceModules(
    model,
    (path) => (all.push(path), false),
    (child) => child,
  );
  const unknown = names.filter((name) => !all.some((path) => isNamed(path, name)));
  if (unknown.length > 0)
    throw new Error(`${who}: no module of this model is called ${unknown.join(' or ')}; it has ${describePaths(all)}`);
  const chosen = all.filter((path) => names.some((name) => isNamed(path, name))).sort();
  for (const path of chosen)
    for (const linear of adapted)
      if (linear === path || linear.startsWith(`${path}.`))
        throw new Error(`${who}: ${linear} cannot both be adapted and train whole as part of ${path}`);
  return chosen;
}

/** The variables of these modules by state-dict path, sorted. */
export const saveableVariables = (model: Module, modules: readonly string[]): Map<string, tf.Variable> =>
  new Map([...stateDict(model)].filter(([path]) => modules.some((module) => path.startsWith(`${module}.`))));

/** Remembers what the variables of these modules hold. */
export function saveModules(model: Module, modules: readonly string[]): SavedModules {
  const variables = saveableVariables(model, modules);
  const originals = new Originals();
  for (const [path, variable] of variables) originals[path] = tf.keep(copyOf(variable));
  return { modules, variables, originals };
}

/** Exchanges the values of the variables with what was remembered. */
export function exchange({ variables, originals }: SavedModules): void {
  for (const [path, variable] of variables) {
    const other = originals[path] as tf.Tensor;
    originals[path] = tf.keep(copyOf(variable));
    variable.assign(other);
    other.dispose();
  }
}

/** A copy with data of its own: an optimizer that writes in place must not reach it. */
const copyOf = (x: tf.Tensor): tf.Tensor => tf.tidy(() => tf.mul(x, 1));
