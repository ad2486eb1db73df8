import { fromHost, toHost, type HostTensor } from '@ashlar/nn';
import * as tf from '@tensorflow/tfjs-core';
import type { OptimizerState } from './optimizer.js';

/** Parameters in the order of their paths, and for each of them its slots: tensors of its shape that begin as zeros. */
export class Slots<Name extends string> {
  readonly paths: string[];
  readonly parameters: tf.Variable[];
  private readonly slots: ReadonlyMap<Name, tf.Variable[]>;

  constructor(parameters: ReadonlyMap<string, tf.Variable>, names: readonly Name[]) {
    this.paths = [...parameters.keys()].sort();
    this.parameters = this.paths.map((path) => parameters.get(path)!);
    this.slots = new Map(names.map((name) => [name, this.parameters.map(zeros)]));
  }

  /** The slots of one name, in the order of the parameters. */
  of(name: Name): tf.Variable[] {
    return this.slots.get(name) ?? [];
  }

  /** Gradients in the order of the parameters. @throws Error where one is missing or has no parameter */
  inOrder(gradients: ReadonlyMap<string, tf.Tensor>): tf.Tensor[] {
    const ordered = this.paths.map((path) => {
      const gradient = gradients.get(path);
      if (!gradient) throw new Error(`no gradient was given for ${path}`);
      return gradient;
    });
    const known = new Set(this.paths);
    for (const path of gradients.keys())
      if (!known.has(path))
        throw new Error(`a gradient was given for ${path}, which is no parameter of this optimizer`);
    return ordered;
  }

  toHost(): Promise<Map<string, HostTensor>> {
    return toHost(this.byName());
  }

  /** @throws Error that says what is missing, unexpected or of another shape; nothing has changed then */
  load(state: OptimizerState): void {
    const own = this.byName();
    const problems = [
      ...[...own.keys()].filter((name) => !state.tensors.has(name)).map((name) => `${name} is missing`),
      ...[...state.tensors.keys()].filter((name) => !own.has(name)).map((name) => `${name} is not expected`),
      ...[...own].flatMap(([name, { shape }]) => {
        const given = state.tensors.get(name);
        return given && String(given.shape) !== String(shape)
          ? [`${name} is [${given.shape}] and should be [${shape}]`]
          : [];
      }),
    ];
    if (!Number.isSafeInteger(state.step) || state.step < 0) problems.unshift(`step ${state.step} is no count`);
    const more = problems.length > 3 ? `; ${problems.length - 3} more` : '';
    if (problems.length > 0) throw new Error(`loadState: ${problems.slice(0, 3).join('; ')}${more}`);
    for (const [name, slot] of own) tf.tidy(() => slot.assign(fromHost(state.tensors.get(name)!)));
  }

  dispose(): void {
    for (const variables of this.slots.values()) tf.dispose(variables);
  }

  private byName(): Map<string, tf.Variable> {
    const named = [...this.slots].flatMap(([name, variables]) =>
      variables.map((variable, i): [string, tf.Variable] => [`${this.paths[i]}.${name}`, variable]),
    );
    return new Map(named.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

const zeros = (parameter: tf.Variable) => tf.tidy(() => tf.variable(tf.zerosLike(parameter), false));
