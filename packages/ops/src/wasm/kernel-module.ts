import { plainModule, sharedDifference } from './generated/modules.js';

type ProductArguments = [
  a: number,
  b: number,
  bias: number,
  c: number,
  batch: number,
  strideA: number,
  strideB: number,
  m: number,
  n: number,
  k: number,
  transposeA: number,
  transposeB: number,
];

/**
 * The functions of our wasm module (`assembly/`). Addresses are bytes, lengths and strides are elements; float arrays
 * need only 4-byte alignment. Scratch memory belongs to the caller; `*_scratch` tells how many bytes a call needs.
 */
export interface KernelModule {
  activate(x: number, y: number, n: number, kind: number): void;
  activate_grad(x: number, dy: number, dx: number, n: number, kind: number): void;
  adamw(
    table: number,
    count: number,
    rate: number,
    stepSize: number,
    root: number,
    beta1: number,
    beta2: number,
    eps: number,
    scale: number,
  ): void;
  sum_squares(x: number, n: number): number;
  attention_scratch(headDim: number, seq: number, keySeq: number): number;
  attention(
    q: number,
    k: number,
    v: number,
    y: number,
    logSumExp: number,
    firstUnit: number,
    lastUnit: number,
    heads: number,
    kvHeads: number,
    seq: number,
    keySeq: number,
    headDim: number,
    scale: number,
    before: number,
    after: number,
    offset: number,
    prefix: number,
    mask: number,
    segments: number,
    bias: number,
    stream: number,
    threshold: number,
    keep: number,
    scratch: number,
  ): void;
  attention_grad(
    q: number,
    k: number,
    v: number,
    y: number,
    dy: number,
    logSumExp: number,
    dq: number,
    dk: number,
    dv: number,
    dbias: number,
    firstUnit: number,
    lastUnit: number,
    heads: number,
    kvHeads: number,
    seq: number,
    keySeq: number,
    headDim: number,
    scale: number,
    before: number,
    after: number,
    offset: number,
    prefix: number,
    mask: number,
    segments: number,
    bias: number,
    stream: number,
    threshold: number,
    keep: number,
    scratch: number,
  ): void;
  cross_entropy(
    logits: number,
    targets: number,
    loss: number,
    logSumExp: number,
    rows: number,
    vocab: number,
    ignore: number,
    factor: number,
    smoothing: number,
    z: number,
  ): number;
  cross_entropy_grad(
    logits: number,
    targets: number,
    logSumExp: number,
    dy: number,
    dx: number,
    rows: number,
    vocab: number,
    ignore: number,
    factor: number,
    smoothing: number,
    z: number,
  ): void;
  dropout(
    x: number,
    y: number,
    from: number,
    to: number,
    threshold: number,
    scale: number,
    stream: number,
    words: number,
  ): void;
  embedding(ids: number, weight: number, y: number, rows: number, vocab: number, width: number): number;
  embedding_grad(
    ids: number,
    dy: number,
    dweight: number,
    rows: number,
    fromId: number,
    toId: number,
    width: number,
  ): void;
  gemm_scratch(m: number, n: number, k: number): number;
  gemm(...args: [...ProductArguments, scratch: number]): void;
  gemm_part(
    ...args: [
      ...ProductArguments,
      fromRow: number,
      toRow: number,
      fromColumn: number,
      toColumn: number,
      scratch: number,
    ]
  ): void;
  layer_norm(
    x: number,
    residual: number,
    sum: number,
    gain: number,
    bias: number,
    y: number,
    means: number,
    rstds: number,
    rows: number,
    width: number,
    eps: number,
  ): void;
  layer_norm_grad(
    x: number,
    gain: number,
    dy: number,
    dsum: number,
    dx: number,
    dgain: number,
    dbias: number,
    means: number,
    rstds: number,
    rows: number,
    width: number,
  ): void;
  quantized_gemm_scratch(m: number, n: number, k: number): number;
  quantized_gemm(
    a: number,
    codes: number,
    scales: number,
    zeros: number,
    kind: number,
    blockSize: number,
    bias: number,
    c: number,
    m: number,
    n: number,
    k: number,
    transposed: number,
    fromColumn: number,
    toColumn: number,
    scratch: number,
  ): void;
  rms_norm(
    x: number,
    residual: number,
    sum: number,
    gain: number,
    y: number,
    rstds: number,
    rows: number,
    width: number,
    eps: number,
  ): void;
  rms_norm_grad(
    x: number,
    gain: number,
    dy: number,
    dsum: number,
    dx: number,
    dgain: number,
    rstds: number,
    rows: number,
    width: number,
  ): void;
  rotary(
    x: number,
    y: number,
    cos: number,
    sin: number,
    positions: number,
    seq: number,
    count: number,
    from: number,
    to: number,
    heads: number,
    headDim: number,
    pairs: number,
    interleaved: number,
    sign: number,
  ): number;
  sample_scratch(vocab: number): number;
  sample(
    logits: number,
    ids: number,
    rows: number,
    vocab: number,
    positions: number,
    temperature: number,
    topK: number,
    topP: number,
    scratch: number,
  ): void;
  swiglu(gate: number, up: number, y: number, rows: number, n: number, pitch: number): void;
  swiglu_grad(
    gate: number,
    up: number,
    dy: number,
    dgate: number,
    dup: number,
    rows: number,
    n: number,
    pitch: number,
  ): void;
  copy_rows(x: number, y: number, rows: number, n: number, pitchX: number, pitchY: number): void;
  pad_rows(x: number, y: number, rows: number, width: number, padded: number): void;
  sum_axis(
    x: number,
    y: number,
    outer: number,
    length: number,
    inner: number,
    fromColumn: number,
    toColumn: number,
  ): void;
  strided_copy(x: number, y: number, rank: number, table: number): void;
}

/** Compiles our module for a memory: for shared memory, of which the module says so, when it is shared. */
export function compileKernels(memory: WebAssembly.Memory): Promise<WebAssembly.Module> {
  const plain = Uint8Array.from(atob(plainModule), (character) => character.charCodeAt(0));
  if (!isShared(memory)) return WebAssembly.compile(plain);
  const { start, end, bytes } = sharedDifference;
  return WebAssembly.compile(Uint8Array.from([...plain.subarray(0, start), ...bytes, ...plain.subarray(end)]));
}

/** Our functions on a memory. */
export async function instantiateKernels(
  memory: WebAssembly.Memory,
  module?: WebAssembly.Module,
): Promise<KernelModule> {
  const { exports } = await WebAssembly.instantiate(module ?? (await compileKernels(memory)), { env: { memory } });
  return { ...exports } as unknown as KernelModule; // exports themselves are frozen, and could not be watched
}

/** Whether other threads may see a memory. */
export const isShared = (memory: WebAssembly.Memory): boolean =>
  typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
