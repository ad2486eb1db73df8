import type { Module } from './module.js';
import { isModule, walk } from './walk.js';

/**
 * Swaps children of a model for wrappers: the surgery behind LoRA and quantization.
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
  // collected first: a wrapper's own children must not be matched again
  for (const { path, value, owner, field } of [...walk(root)])
    if (isModule(value) && !replaced.some((outer) => path.startsWith(`${outer}.`)) && match(path, value)) {
      (owner as Record<string, Module>)[field] = wrap(value, path);
      replaced.push(path);
    }
  return replaced;
}
