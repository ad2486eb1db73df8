/** What the suite can run on in a page; `wasm-threads` is one thread and several in turn. */
export const pageBackends = ['wasm', 'webgl', 'webgpu', 'wasm-threads'] as const;
