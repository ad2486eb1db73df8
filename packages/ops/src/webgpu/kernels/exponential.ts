/** WGSL: exp and log where NaN stays NaN, which a device need not do: a loss that went wrong must not look like a number. */
export const exponentialWgsl = `
  fn isNaN(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
  fn exponential(x: f32) -> f32 { return select(exp(x), x, isNaN(x)); }
  fn logarithm(x: f32) -> f32 { return select(log(x), x, isNaN(x)); }`;
