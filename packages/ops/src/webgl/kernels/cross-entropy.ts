import type { CrossEntropyAttrs } from '../../contract/kernels.js';
import { asMatrices, float, int, type Matrices } from '../device.js';
import { elementwise } from './elementwise.js';
import { fused } from './fused.js';

/** Targets and losses beside logits of this shape: row r of matrix b is element (0, b, r). */
const besideLogits = (shape: readonly number[]): Matrices => {
  const [batch, rows] = asMatrices(shape);
  return [1, batch, rows];
};

const uniformsOf = (vocab: number, { ignoreIndex, temperature, labelSmoothing, zLoss }: CrossEntropyAttrs) => ({
  ...{ vocab: int(vocab), temperature: float(temperature), ignored: int(ignoreIndex) },
  ...{ smoothing: float(labelSmoothing), zLoss: float(zLoss) },
});

export function registerCrossEntropy(): void {
  fused('AshlarCrossEntropy', (device, { logits, targets }, { residuals, ...attrs }) => {
    const vocab = logits.shape.at(-1)!;
    const shape = besideLogits(logits.shape);
    const logSumExp = device.run({
      inputs: { logits },
      uniforms: { vocab: int(vocab), temperature: float(attrs.temperature) },
      shape,
      as: targets.shape,
      functions: `
        float value(int o, int b, int r) {
          float top = -3e38;
          for (int i = 0; i < vocab; i++) top = max(top, logits_(b, r, i) / temperature);
          float sum = 0.0;
          for (int i = 0; i < vocab; i++) sum += exponential(logits_(b, r, i) / temperature - top);
          return top + logarithm(sum);
        }`,
    });
    const y = device.run({
      inputs: { logits, targets, logSumExp },
      views: { targets: shape, logSumExp: shape },
      uniforms: uniformsOf(vocab, attrs),
      shape,
      as: targets.shape,
      functions: `
        float value(int o, int b, int r) {
          int id = integer(targets_(0, b, r));
          if (id == ignored) return 0.0;
          float all = logSumExp_(0, b, r);
          float loss = all - logits_(b, r, id) / temperature;
          if (smoothing > 0.0) { // only then: other logits may be -Infinity
            float average = 0.0;
            for (int i = 0; i < vocab; i++) average += logits_(b, r, i) / temperature / float(vocab);
            loss = loss * (1.0 - smoothing) + (all - average) * smoothing;
          }
          return zLoss > 0.0 ? loss + all * all * zLoss : loss;
        }`,
    });
    if (residuals) return [y, logSumExp];
    device.free(logSumExp);
    return [y];
  });

  fused('AshlarCrossEntropyGrad', (device, { dy, logits, targets, logSumExp }, attrs) => {
    const view = besideLogits(logits.shape);
    return [
      elementwise(
        device,
        {
          inputs: { dy, logits, targets, logSumExp },
          views: { dy: view, targets: view, logSumExp: view },
          uniforms: uniformsOf(logits.shape.at(-1)!, attrs),
          functions: `
            float gradient(int b, int r, int c) {
              int id = integer(targets_(0, b, r));
              if (id == ignored) return 0.0;
              float share = exponential(logits_(b, r, c) / temperature - logSumExp_(0, b, r));
              float wanted = (c == id ? 1.0 - smoothing : 0.0) + smoothing / float(vocab);
              return (share * (1.0 + 2.0 * zLoss * logSumExp_(0, b, r)) - wanted) * dy_(0, b, r) / temperature;
            }`,
        },
        logits.shape,
        'gradient(b, r, c)',
      ),
    ];
  });
}
