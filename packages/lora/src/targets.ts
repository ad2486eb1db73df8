/**
 * Which linears get an adapter: paths or their ends (`c_attn`, `attn.c_proj`, `h.0.mlp.c_fc`), a pattern that is searched
 * in the path, or every linear but the output head.
 */
export type TargetModules = readonly string[] | RegExp | 'all-linear';

/** Names that output heads have in Hugging Face's models; `all-linear` leaves them alone. */
const outputHeads = new Set(['lm_head', 'score', 'classifier']);

export const lastName = (path: string): string => path.slice(path.lastIndexOf('.') + 1);

/** PEFT's rule: the name is the path or, after a dot, its end. */
export const isNamed = (path: string, name: string): boolean => path === name || path.endsWith(`.${name}`);

/**
 * The paths that `targets` choose.
 *
 * @throws Error that lists what there is, for a name or a pattern that matches nothing
 */
export function selectTargets(paths: readonly string[], targets: TargetModules): string[] {
  if (targets === 'all-linear') return demand(paths.filter((path) => !outputHeads.has(lastName(path))));
  if (targets instanceof RegExp)
    return demand(
      paths.filter((path) => path.search(targets) >= 0),
      `matches ${targets}`,
    );
  if (typeof targets === 'string' || targets.length === 0)
    throw new TypeError(
      `applyLora: targetModules must be a list of names, a RegExp or 'all-linear', not ${JSON.stringify(targets)}`,
    );
  const unknown = targets.filter((name) => !paths.some((path) => isNamed(path, name)));
  return demand(unknown.length > 0 ? [] : paths.filter(isTarget), `is called ${unknown.join(' or ')}`);

  function isTarget(path: string): boolean {
    return (targets as readonly string[]).some((name) => isNamed(path, name));
  }

  function demand(chosen: string[], what = 'is not an output head'): string[] {
    if (chosen.length > 0) return chosen;
    throw new Error(`applyLora: no linear of this model ${what}; it has ${describePaths(paths)}`);
  }
}

/** `h.*.attn.c_attn, h.*.mlp.c_fc`: the paths with layer numbers left out. */
export function describePaths(paths: readonly string[]): string {
  if (paths.length === 0) return 'none';
  return [...new Set(paths.map((path) => path.replace(/(^|\.)\d+(?=\.|$)/g, '$1*')))].join(', ');
}
