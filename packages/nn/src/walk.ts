import * as tf from '@tensorflow/tfjs-core';
import { borrowMark, moduleMark } from './marks.js';
import type { Module } from './module.js';

/** One field of the tree that matters: a tensor or a child module. */
export interface Entry<Value = tf.Tensor | Module> {
  /** State-dict path, such as `h.0.attn.c_attn.weight`. */
  path: string;
  value: Value;
  /** The module or array that holds the field. */
  owner: object;
  field: string;
  /** False where the walk has met this value before. */
  first: boolean;
}

export const isModule = (value: unknown): value is Module =>
  typeof value === 'object' && value !== null && moduleMark in value;

const isBorrowed = (value: object) => Object.hasOwn(value, borrowMark);

/** `cAttn` is `c_attn`; a name with a leading capital or an underscore (`LayerNorm`, `lora_A`, `ln_1`) stays. */
const pathName = (field: string) =>
  /^[a-z][A-Za-z0-9]*$/.test(field) ? field.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`) : field;

/**
 * Every tensor and child module below `root`, depth first in field order; a module or tensor reached twice is listed
 * once, under its first path. Throws where a tensor or module sits in anything the walk does not enter.
 */
export function* walk(root: Module): Generator<Entry> {
  for (const entry of references(root)) if (entry.first) yield entry;
}

/** As `walk`, with every further place that holds a module or tensor already listed. */
export function* references(root: Module): Generator<Entry> {
  if (!isModule(root)) throw new TypeError('walk: expected a Module');
  yield* fields(root, '', new Set([root]));
}

/** The tensors of the tree that its modules own: parameters, buffers and derived tensors. */
export function* ownedTensors(root: Module): Generator<tf.Tensor> {
  for (const { value } of walk(root)) if (value instanceof tf.Tensor) yield value;
}

function* fields(owner: object, prefix: string, seen: Set<unknown>): Generator<Entry> {
  for (const [field, value] of Object.entries(owner)) {
    const path = prefix + pathName(field);
    if (Array.isArray(value) && value.some(isModule)) {
      if (!value.every(isModule)) throw new TypeError(`${path}: an array holds either Modules only or none`);
      yield* fields(value, `${path}.`, seen);
    } else if (value instanceof tf.Tensor || isModule(value)) {
      if (isBorrowed(value)) continue;
      const first = !seen.has(value);
      seen.add(value);
      yield { path, value, owner, field, first };
      if (first && isModule(value)) yield* fields(value, `${path}.`, seen);
    } else refuseHidden(value, path, new Set());
  }
}

/** A tensor that the walk cannot name would be neither trained nor saved nor freed: better to say so. */
function refuseHidden(value: unknown, path: string, seen: Set<unknown>): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || seen.has(value)) return;
  seen.add(value);
  if (value instanceof tf.Tensor || isModule(value)) {
    if (isBorrowed(value)) return;
    const kind = value instanceof tf.Tensor ? 'tensor' : 'Module';
    throw new TypeError(
      `${path}: a ${kind} must be a field of a Module (or an element of an array of Modules), not sit inside another object`,
    );
  }
  const inside = value instanceof Map ? value : value instanceof Set ? [...value].entries() : Object.entries(value);
  for (const [name, child] of inside as Iterable<[unknown, unknown]>)
    refuseHidden(child, `${path}.${String(name)}`, seen);
}
