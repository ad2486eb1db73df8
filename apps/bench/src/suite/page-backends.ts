/** What the suite can run on in a page. */
export const pageBackends = ['wasm', 'webgl', 'webgpu'] as const;
