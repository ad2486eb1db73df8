import { train, type StepResult, type TrainEvent } from '@ashlar/trainer';
import { collect, minibatchSize, type Experience } from './experience.js';
import { mean } from './grid.js';
import { adaptKlCoefficient } from './kl.js';
import { checkOptions, type PpoOptions, type Sample } from './options.js';
import { trainable } from './trainable.js';
import { update, type UpdateStatistics } from './update.js';

/** What was sampled in an iteration, which counts from 1, and how it was judged. */
export interface RolloutEvent {
  type: 'rollout';
  step: number;
  samples: Sample[];
  /** Less the penalty for a missing end. */
  scores: number[];
  /** Nats of each sample. */
  kl: number[];
}

export type PpoEvent = TrainEvent | RolloutEvent;

/**
 * Proximal policy optimization of a language model, as InstructGPT's third step does it (Ouyang et al. 2022, Ziegler et
 * al. 2019): responses are sampled and judged, a token pays for leaving the reference, the last one earns the score, and
 * policy and value learn from the advantages. One step of the run is one iteration; its metrics have TRL's names.
 *
 * The textbook where programs differ: the score is earned at the last token (EOS), advantages are whitened over the batch
 * with the unbiased variance, a missing end costs a constant, dropout is off.
 *
 * @throws RangeError for settings that cannot work, before any work; Error of one sentence for a reward function that
 *   fails; NonFiniteError. What was saved last is kept
 */
export async function* ppo(options: PpoOptions): AsyncGenerator<PpoEvent, void, undefined> {
  checkOptions(options);
  const {
    iterations,
    kl: klOptions = {},
    schedule = () => 3e-6,
    run,
    checkpointEvery,
    measurement,
    exportModel,
  } = options;
  const { coefficient = 0.05, target = null, horizon = 10_000 } = klOptions;
  minibatchSize(options, options.prompts(0).length);
  const { model, trained, optimizer } = trainable(options);
  let klCoefficient = coefficient;
  let latest: Experience | undefined;

  const performStep = async (iteration: number, learningRate: number): Promise<StepResult> => {
    const experience = await collect(options, iteration, klCoefficient);
    const statistics = await update(experience, { options, optimizer, parameters: trained, learningRate, iteration });
    const result = summarize(experience, statistics, { klCoefficient, iteration });
    const batchSize = experience.samples.length;
    if (target !== null)
      klCoefficient = adaptKlCoefficient(klCoefficient, mean(experience.kl), { target, horizon, batchSize });
    latest = experience;
    return result;
  };

  try {
    const events = train({
      model,
      optimizer,
      steps: iterations,
      schedule,
      performStep,
      state: { save: () => ({ klCoefficient }), load: (saved) => (klCoefficient = Number(saved['klCoefficient'])) },
      ...(run && { run }),
      ...(checkpointEvery && { checkpointEvery }),
      ...(measurement && { measurement }),
      ...(exportModel && { exportModel }),
      ...(options.signal && { signal: options.signal }),
      ...(options.pause && { pause: options.pause }),
    });
    for await (const event of events) {
      if (event.type === 'step') {
        const { samples, scores, kl } = latest!;
        yield { type: 'rollout', step: event.step, samples, scores, kl };
      }
      yield event;
    }
  } finally {
    optimizer.dispose();
  }
}

/** A step's metrics by TRL's names. */
function summarize(
  { responses, samples, scores, kl, entropy }: Experience,
  statistics: readonly UpdateStatistics[],
  { klCoefficient, iteration }: { klCoefficient: number; iteration: number },
): StepResult {
  const average = (name: keyof UpdateStatistics) => mean(statistics.map((one) => one[name]));
  const ratios = statistics.map(({ ratio }) => ratio);
  const nonScore = -klCoefficient * mean(kl);
  return {
    loss: average('loss'),
    weight: responses.lengths.reduce((sum, length) => sum + length, 0),
    gradNorm: average('gradNorm'),
    metrics: {
      'objective/kl': mean(kl),
      'objective/kl_coef': klCoefficient,
      'objective/entropy': mean(entropy),
      'objective/non_score_reward': nonScore,
      'objective/rlhf_reward': mean(scores) + nonScore,
      'objective/scores': mean(scores),
      'policy/approxkl_avg': average('approximateKl'),
      'policy/clipfrac_avg': average('clipFraction'),
      'policy/entropy_avg': average('entropy'),
      'loss/policy_avg': average('policyLoss'),
      'loss/value_avg': average('valueLoss'),
      'val/clipfrac_avg': average('valueClipFraction'),
      'val/ratio': mean(ratios),
      'val/ratio_var':
        ratios.length > 1
          ? (mean(ratios.map((r) => (r - mean(ratios)) ** 2)) * ratios.length) / (ratios.length - 1)
          : 0,
      'val/num_eos_tokens': samples.filter(({ ended }) => ended).length,
      episode: (iteration + 1) * samples.length,
    },
  };
}
