import * as tf from '@tensorflow/tfjs-core';

/** What we use of tfjs's engine beyond its documented interface, and where. */
const engineParts = {
  'state.gradientDepth': 'number',
  'state.kernelDepth': 'number',
  'state.nextTapeNodeId': 'number',
  'state.tensorInfo': 'object',
  'state.registeredVariables': 'object',
  isTapeOn: 'function',
  gradients: 'function',
  runKernel: 'function',
  makeTensorFromTensorInfo: 'function',
  track: 'function',
} as const;

const backendParts = {
  refCount: 'function',
  incRef: 'function',
  disposeData: 'function',
  numDataIds: 'function',
} as const;

function missing(root: object, parts: Record<string, string>): string[] {
  const read = (path: string) =>
    path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], root);
  return Object.keys(parts).filter((path) => typeof read(path) !== parts[path]);
}

/**
 * Checks that the tfjs that is installed still has the internals we rely on.
 *
 * @throws Error naming its version and what is missing
 */
export function checkInternals(): void {
  const lacking = [
    ...missing(tf.engine(), engineParts).map((part) => `engine.${part}`),
    ...missing(tf.backend(), backendParts).map((part) => `backend.${part}`),
  ];
  if (lacking.length > 0)
    throw new Error(
      `@tensorflow/tfjs-core ${tf.version_core} does not have ${lacking.join(', ')}, which Ashlar needs; 4.22 does.`,
    );
}
