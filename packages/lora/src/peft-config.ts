import { isNamed, lastName } from './targets.js';

/** What of `adapter_config.json` decides what an adapter computes. */
interface PeftConfig {
  r: number;
  lora_alpha: number;
  lora_dropout: number;
  use_rslora: boolean;
  use_dora: boolean;
  modules_to_save: string[];
  base_model_name_or_path: string | null;
  rank_pattern: Record<string, number>;
  alpha_pattern: Record<string, number>;
}

const isOff = (value: unknown) =>
  value === undefined ||
  value === null ||
  value === false ||
  value === 'none' ||
  (typeof value === 'object' && Object.keys(value).length === 0);

/** Settings under which an adapter computes something else than two matrices on an unchanged base. */
const unsupported = [
  'bias',
  'lora_bias',
  'layer_replication',
  'trainable_token_indices',
  'target_parameters',
  'alora_invocation_tokens',
  'arrow_config',
  'use_qalora',
  'use_bdlora',
  'kasa_config',
  'velora_config',
  'monteclora_config',
];

/** Ways to start that change the base weights too, so that the adapter alone does not say what was trained. */
const changesBase = /^(pissa|olora|corda|loftq|lora_ga)/;

/**
 * Reads `adapter_config.json`. Keys it does not know are ignored: newer versions of PEFT add some all the time.
 *
 * @throws Error of one sentence for another kind of adapter, a missing number or a feature that is not supported
 */
export function readPeftConfig(config: Readonly<Record<string, unknown>>): PeftConfig {
  const fail = (what: string): never => {
    throw new Error(`adapter_config.json: ${what}`);
  };
  if (config['peft_type'] !== 'LORA') fail(`peft_type is ${JSON.stringify(config['peft_type'])}, expected "LORA"`);
  for (const name of unsupported)
    if (!isOff(config[name])) fail(`${name} (${JSON.stringify(config[name])}) is not supported`);
  const start = config['init_lora_weights'];
  if (typeof start === 'string' && changesBase.test(start))
    fail(`init_lora_weights "${start}" changes the base weights; convert the adapter with PEFT first`);
  const number = (name: string, fallback?: number): number => {
    const value = config[name] ?? fallback;
    return typeof value === 'number' ? value : fail(`${name} must be a number, not ${JSON.stringify(value)}`);
  };
  const pattern = (name: string) => (config[name] ?? {}) as Record<string, number>;
  return {
    r: number('r'),
    lora_alpha: number('lora_alpha'),
    lora_dropout: number('lora_dropout', 0),
    use_rslora: config['use_rslora'] === true,
    use_dora: config['use_dora'] === true,
    modules_to_save: (config['modules_to_save'] ?? []) as string[],
    base_model_name_or_path: (config['base_model_name_or_path'] ?? null) as string | null,
    rank_pattern: pattern('rank_pattern'),
    alpha_pattern: pattern('alpha_pattern'),
  };
}

/** `target_modules`: the shortest names that choose exactly `adapted` among `all`, else whole paths. */
export function targetNames(adapted: readonly string[], all: readonly string[]): string[] {
  const names = [...new Set(adapted.map(lastName))].sort();
  const chosen = all.filter((path) => names.some((name) => isNamed(path, name)));
  return chosen.length === adapted.length ? names : [...adapted].sort();
}

/** The value that most entries have, and the others by path: how PEFT writes ranks and alphas. */
export function commonValue(values: ReadonlyMap<string, number>): [common: number, others: Record<string, number>] {
  const counts = new Map<number, number>();
  for (const value of values.values()) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [common] = [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best));
  return [common, Object.fromEntries([...values].filter(([, value]) => value !== common))];
}
