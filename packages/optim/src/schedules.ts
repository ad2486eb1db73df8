/** The learning rate of a step, which counts from 0: the number of steps taken before it. */
export type Schedule = (step: number) => number;

export interface NanoGptScheduleOptions {
  /** The highest, reached after the warm-up. */
  learningRate: number;
  /** Steps in which it rises. */
  warmupSteps: number;
  /** Step at which it has come down to `minLearningRate`. */
  decaySteps: number;
  /** From `decaySteps` on. @default learningRate / 10 */
  minLearningRate?: number;
}

/**
 * nanoGPT's schedule: rises as `(step + 1) / (warmupSteps + 1)`, so that the first step learns already, follows half a
 * cosine down to `minLearningRate` and stays there.
 *
 * @see https://github.com/karpathy/nanoGPT/blob/master/train.py (get_lr)
 */
export function nanoGptSchedule({
  learningRate,
  warmupSteps,
  decaySteps,
  minLearningRate = learningRate / 10,
}: NanoGptScheduleOptions): Schedule {
  return (step) => {
    if (step < warmupSteps) return (learningRate * (step + 1)) / (warmupSteps + 1);
    if (step >= decaySteps) return minLearningRate;
    const ratio = (step - warmupSteps) / (decaySteps - warmupSteps);
    return minLearningRate + halfCosine(ratio) * (learningRate - minLearningRate);
  };
}

export interface WarmupOptions {
  /** The highest, reached after the warm-up. */
  learningRate: number;
  /** Steps in which it rises from 0. @default 0 */
  warmupSteps?: number;
}

export interface DecayOptions extends WarmupOptions {
  /** Step at which it is 0 again. */
  totalSteps: number;
}

/** Hugging Face's `get_cosine_schedule_with_warmup`: rises from 0 (the first step learns nothing), half a cosine to 0. */
export function cosineWithWarmup({ learningRate, warmupSteps = 0, totalSteps }: DecayOptions): Schedule {
  return (step) => {
    if (step < warmupSteps) return learningRate * (step / warmupSteps);
    // beyond the end the cosine of the original rises again
    const progress = (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
    return learningRate * Math.max(0, halfCosine(progress));
  };
}

/** Hugging Face's `get_linear_schedule_with_warmup`: rises from 0, then falls in a straight line to 0. */
export function linearWithWarmup({ learningRate, warmupSteps = 0, totalSteps }: DecayOptions): Schedule {
  return (step) => {
    if (step < warmupSteps) return learningRate * (step / warmupSteps);
    return learningRate * Math.max(0, (totalSteps - step) / Math.max(1, totalSteps - warmupSteps));
  };
}

/** Hugging Face's `get_constant_schedule_with_warmup`: rises from 0 and stays. Without a warm-up it is constant. */
export function constantWithWarmup({ learningRate, warmupSteps = 0 }: WarmupOptions): Schedule {
  return (step) => learningRate * (step < warmupSteps ? step / warmupSteps : 1);
}

/** From 1 at 0 to 0 at 1. */
const halfCosine = (ratio: number) => 0.5 * (1 + Math.cos(Math.PI * ratio));
