import type { KernelBackend } from '@tensorflow/tfjs-core';

/**
 * What finds the device of one of tfjs's backends, and makes it the first time.
 *
 * @param used methods of tfjs's backend that the device leans on
 * @returns a function that throws where tfjs's internals are not as in 4.22
 */
export function attachTo<Backend extends KernelBackend, Device>(
  name: string,
  used: readonly (keyof Backend)[],
  make: (backend: Backend) => Device,
): (backend: KernelBackend) => Device {
  const devices = new WeakMap<KernelBackend, Device>();
  return (kernelBackend) => {
    const known = devices.get(kernelBackend);
    if (known) return known;
    const backend = kernelBackend as Backend;
    const missing = used.filter((method) => typeof backend[method] !== 'function');
    if (missing.length > 0)
      throw new Error(`${name}: tfjs-backend-${name} does not have ${missing.join(', ')}; 4.22 is supported.`);
    const device = make(backend);
    devices.set(kernelBackend, device);
    return device;
  };
}
