// What one core of this machine can do at most in 128-bit wasm: arithmetic, reading, copying.

export { peak } from '../../../packages/ops/assembly/peak';

/** Reads `bytes` from address `from`, a multiple of 128, and returns what depends on all of them. */
export function read(from: usize, bytes: usize): i64 {
  let a = i64x2.splat(0),
    b = a,
    c = a,
    d = a;
  for (const end = from + bytes; from < end; from += 128) {
    a = v128.xor(a, v128.xor(v128.load(from), v128.load(from, 16)));
    b = v128.xor(b, v128.xor(v128.load(from, 32), v128.load(from, 48)));
    c = v128.xor(c, v128.xor(v128.load(from, 64), v128.load(from, 80)));
    d = v128.xor(d, v128.xor(v128.load(from, 96), v128.load(from, 112)));
  }
  const all = v128.xor(v128.xor(a, b), v128.xor(c, d));
  return i64x2.extract_lane(all, 0) ^ i64x2.extract_lane(all, 1);
}

/** Copies `bytes`, a multiple of 64. */
export function copy(to: usize, from: usize, bytes: usize): void {
  for (const end = from + bytes; from < end; from += 64, to += 64) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    v128.store(to, v128.load(from, 32), 32);
    v128.store(to, v128.load(from, 48), 48);
  }
}
