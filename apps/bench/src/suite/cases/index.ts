import { groups, type Case } from '../case.js';
import { kernels } from './kernels.js';
import { generation, train } from './models.js';
import { quantized } from './quantized.js';
import { tokenizer } from './tokenizer.js';

/** Every case of the suite, in the order in which they run. */
export const suite: readonly Case[] = [...kernels, ...quantized, ...train, ...generation, ...tokenizer];

/** A case of each group that takes little on any device. */
const quick = new Set([
  'matmul.f32.768x128x65.nt',
  'gelu.tanh.f32.768x512',
  'quantizedLinear.int8.1x768x3072',
  'train.step.f32.nano',
  'generate.decode.f32.configA',
  'tokenizer.encode.bpe.1m',
]);

/**
 * The cases that are named, or those of the named groups; all without names. Quick leaves one or two of each group.
 * @throws Error for a name that is neither
 */
export function chooseCases(only: readonly string[] | undefined, isQuick: boolean): Case[] {
  const unknown = only?.find((name) => !suite.some(({ work, group }) => work === name || group === name));
  if (unknown !== undefined)
    throw new Error(`--only: there is no ${unknown}, only ${groups.join(', ')} and the names of single cases.`);
  const named = ({ work }: Case) => only?.includes(work) ?? false;
  return suite.filter(
    (one) => named(one) || ((!only || only.includes(one.group)) && (!isQuick || quick.has(one.work))),
  );
}
