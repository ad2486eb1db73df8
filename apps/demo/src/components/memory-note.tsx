import { backend } from '../state/engine.js';
import { isTooLarge, memory } from '../state/memory.js';

const names = { wasm: 'WASM', cpu: 'plain JavaScript', webgl: 'WebGL', webgpu: 'WebGPU' };

/** How much memory the chosen training takes, and what to do where there is less. */
export function MemoryNote() {
  if (!memory.value) return null;
  const { needs, room } = memory.value;
  if (!isTooLarge.value) return <p class="note">It takes {size(needs)} of memory at most.</p>;
  return (
    <p class="problem" role="alert" data-testid="too-large">
      This needs {size(needs)}; {names[backend.value!]} holds at most {size(room!)}: choose a smaller size.
    </p>
  );
}

const size = (bytes: number) =>
  bytes < 2 ** 30 ? `${Math.ceil(bytes / 2 ** 20)} MiB` : `${(bytes / 2 ** 30).toFixed(1)} GiB`;
