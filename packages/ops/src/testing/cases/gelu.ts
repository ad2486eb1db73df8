import { gelu } from '../../ops/gelu.js';
import { floats, normal, type Host } from '../host.js';
import type { OpCase } from './case.js';
import { activations } from './functions.js';

const geluCase = (name: string, x: Host, approximate: 'none' | 'tanh'): OpCase => ({
  name: `gelu ${approximate}, ${name}`,
  inputs: { x },
  run: (inputs) => gelu(inputs.x!, { approximate }),
  float64: (inputs) => inputs.x!.values.map(activations[approximate === 'tanh' ? 'gelu_new' : 'gelu']!),
  shape: x.shape,
  gradients: ['x'],
});

export const geluCases: OpCase[] = (['none', 'tanh'] as const).flatMap((approximate) => [
  geluCase('scalar', floats([], [0.3]), approximate),
  geluCase('[3, 1, 11]', normal('gelu', [3, 1, 11], 2), approximate),
  geluCase('extremes', floats([8], [0, -0, 1e-20, -40, 40, 1e4, -1e4, 5.5]), approximate),
]);
