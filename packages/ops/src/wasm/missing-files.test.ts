import { expect, test, vi } from 'vitest';
import { wasm } from './index.js';

test('says what to do where the .wasm files are not found', async () => {
  vi.spyOn(console, 'warn').mockReturnValue();
  vi.spyOn(console, 'error').mockReturnValue();
  await expect(wasm({ wasmPaths: './nowhere/' }).activate()).rejects.toThrow('name them with `wasm({ wasmPaths })`');
});
