// The most float32 arithmetic found for one core in 128-bit wasm: six independent chains of products and six of sums,
// all in registers, no memory. A seventh chain spills, fewer leave units idle. The factor is needed after the loop too, or V8
// makes it anew in each round.

/** Runs `rounds` x 12 products and 12 sums on 4 lanes, 96 operations a round; returns what depends on all. */
export function peak(rounds: u32): f32 {
  const a = f32x4.splat(0.9999999);
  let m0 = f32x4.splat(1.1), c0 = f32x4.splat(0), m1 = f32x4.splat(1.2), c1 = f32x4.splat(1);
  let m2 = f32x4.splat(1.3), c2 = f32x4.splat(2), m3 = f32x4.splat(1.4), c3 = f32x4.splat(3);
  let m4 = f32x4.splat(1.5), c4 = f32x4.splat(4), m5 = f32x4.splat(1.6), c5 = f32x4.splat(5);
  for (let r = rounds; r; r--) {
    c0 = f32x4.add(c0, m0); m0 = f32x4.mul(m0, a); c1 = f32x4.add(c1, m1); m1 = f32x4.mul(m1, a);
    c2 = f32x4.add(c2, m2); m2 = f32x4.mul(m2, a); c3 = f32x4.add(c3, m3); m3 = f32x4.mul(m3, a);
    c4 = f32x4.add(c4, m4); m4 = f32x4.mul(m4, a); c5 = f32x4.add(c5, m5); m5 = f32x4.mul(m5, a);
    c0 = f32x4.add(c0, m0); m0 = f32x4.mul(m0, a); c1 = f32x4.add(c1, m1); m1 = f32x4.mul(m1, a);
    c2 = f32x4.add(c2, m2); m2 = f32x4.mul(m2, a); c3 = f32x4.add(c3, m3); m3 = f32x4.mul(m3, a);
    c4 = f32x4.add(c4, m4); m4 = f32x4.mul(m4, a); c5 = f32x4.add(c5, m5); m5 = f32x4.mul(m5, a);
  }
  let s = f32x4.add(f32x4.add(c0, m0), f32x4.add(c1, m1));
  s = f32x4.add(s, f32x4.add(f32x4.add(c2, m2), f32x4.add(c3, m3)));
  s = f32x4.add(s, f32x4.add(f32x4.add(f32x4.add(c4, m4), f32x4.add(c5, m5)), a));
  return f32x4.extract_lane(s, 0);
}
