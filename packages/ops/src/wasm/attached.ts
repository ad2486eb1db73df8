/** Where a tfjs wasm backend keeps its `Device`. */
export const attached = Symbol.for('@ashlar/ops wasm device');
