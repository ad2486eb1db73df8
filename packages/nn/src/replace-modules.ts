import type { Module } from './module.js';
import { isModule, references } from './walk.js';

/**
 * Swaps children of a model for wrappers: the surgery behind LoRA and quantization. A child that several places share
 * is wrapped once and stays shared.
 *
 * @param match asked for each child with its path (`h.0.attn.c_attn`), outermost first
 * @param wrap makes the replacement, which owns the child from then on
 * @returns the paths that were replaced
 */
export function replaceModules(
  root: Module,
  match: (path: string, child: Module) => boolean,
  wrap: (child: Module, path: string) => Module,
): string[] {
  const replaced: string[] = [];
  const wrappers = new Map<Module, Module>();
  // collected first: a wrapper's own children must not be matched again
  for (const { path, value, owner, field, first } of [...references(root)]) {
    if (!isModule(value)) continue;
    if (first && !replaced.some((outer) => path.startsWith(`${outer}.`)) && match(path, value)) {
      wrappers.set(value, wrap(value, path));
      replaced.push(path);
    }
    const wrapper = wrappers.get(value);
    if (wrapper) (owner as Record<string, Module>)[field] = wrapper;
  }
  return replaced;
}
