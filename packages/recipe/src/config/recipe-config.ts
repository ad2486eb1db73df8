import type { JsonObject } from '@ashlar/checkpoint';
import { check, checkWhole } from './checks.js';
import { mergeSettings } from './merge.js';
import { checkModel, checkTokenizer, model, type ModelConfig, type TokenizerConfig } from './model-config.js';
import { checkPpo, nullableInPpo, type PpoConfig } from './ppo-config.js';
import { checkHeldOut, checkSamples, type SamplesConfig } from './pretrain-config.js';
import { checkReward, type RewardConfig } from './reward-config.js';
import { quantizationSchemes, type SchemeName } from './scheme-names.js';
import { checkLora, checkSft, type LoraConfig, type SftConfig } from './sft-config.js';
import { checkTraining, training, type TrainingConfig } from './training-config.js';

/** How much of the story world is made, in rows. */
export interface WorldConfig {
  stories: number;
  demonstrations: number;
  preferences: number;
  questions: number;
  heldOut: number;
}

/** What the report looks at. */
export interface ReportConfig {
  /** Held-out questions that every model is examined with. */
  questions: number;
  /** Of them, how many are shown with their answers. */
  shown: number;
  /** Tokens of an answer at most. */
  maxNewTokens: number;
}

/** Everything that shapes a run of the whole recipe besides its data: plain JSON, saved with the run. */
export interface RecipeConfig {
  /** Of everything. */
  seed: number;
  world: WorldConfig;
  tokenizer: TokenizerConfig;
  model: ModelConfig;
  pretrain: { heldOut: number; training: TrainingConfig; samples: SamplesConfig };
  sft: SftConfig;
  lora: LoraConfig;
  reward: RewardConfig;
  ppo: PpoConfig;
  quantize: { schemes: SchemeName[] };
  report: ReportConfig;
}

/** Some of the settings, to be changed; those in lists are replaced whole. */
export type RecipeChanges = { [Part in keyof RecipeConfig]?: Partial<RecipeConfig[Part]> };

const PAIRS = { heldOut: 0.1, packing: false };

/** The recipe in some minutes on a laptop. */
const usual: RecipeConfig = {
  seed: 1337,
  world: { stories: 12_000, demonstrations: 12_000, preferences: 12_000, questions: 4_000, heldOut: 400 },
  tokenizer: { kind: 'bpe', vocabSize: 1024 },
  model: model({ contextLength: 64, hiddenSize: 96, numLayers: 2, numHeads: 4, initializerRange: 0.1 }),
  pretrain: {
    heldOut: 0.02,
    training: training({ steps: 600, batchSize: 32, learningRate: 4e-3, warmupSteps: 30, evaluateEvery: 150 }),
    samples: { prompts: [''], maxNewTokens: 40, temperature: 0.8, topK: null },
  },
  sft: {
    ...PAIRS,
    training: training({ steps: 800, batchSize: 32, learningRate: 3e-3, warmupSteps: 20, evaluateEvery: 200 }),
  },
  lora: {
    ...PAIRS,
    rank: 8,
    alpha: 16,
    dropout: 0,
    targetModules: [],
    training: training({ steps: 300, batchSize: 32, learningRate: 4e-3, warmupSteps: 20, evaluateEvery: 100 }),
  },
  reward: {
    heldOut: 0.1,
    centerCoefficient: 0.01,
    training: training({ steps: 300, batchSize: 32, learningRate: 1e-3, warmupSteps: 10, evaluateEvery: 100 }),
  },
  ppo: {
    iterations: 60,
    batchSize: 32,
    minibatchSize: 16,
    epochs: 2,
    learningRate: 3e-4,
    maxNewTokens: 26,
    temperature: 1,
    klCoefficient: 0.05,
    klTarget: null,
    klHorizon: 10_000,
    missingEosPenalty: 1,
    adapterRank: null,
    scaleQuestions: 128,
    checkpointEvery: 10,
  },
  quantize: { schemes: ['int8', 'nf4'] },
  report: { questions: 200, shown: 6, maxNewTokens: 26 },
};

const nullable = [
  'tokenizer.vocabSize',
  'model.intermediateSize',
  ...['pretrain', 'sft', 'lora', 'reward'].map((stage) => `${stage}.training.maxGradNorm`),
  'pretrain.samples.topK',
  ...nullableInPpo.map((name) => `ppo.${name}`),
];

/** How much is done, by name. */
export const recipePresets = {
  usual: { description: 'every stage to the end; minutes', config: usual },
  fast: {
    description: 'every stage, but only to see that all works; the model learns little',
    config: mergeSettings(
      usual,
      {
        world: { stories: 2000, demonstrations: 2000, preferences: 2000, questions: 400, heldOut: 100 },
        pretrain: { training: { steps: 120, evaluateEvery: 60 } },
        sft: { training: { steps: 120, evaluateEvery: 60 } },
        lora: { training: { steps: 40, evaluateEvery: 40 } },
        reward: { training: { steps: 40, evaluateEvery: 40 } },
        ppo: { iterations: 8, checkpointEvery: 4, scaleQuestions: 32 },
        report: { questions: 50, shown: 3 },
      },
      nullable,
    ),
  },
} satisfies Record<string, { description: string; config: RecipeConfig }>;

export type RecipePresetName = keyof typeof recipePresets;

/**
 * The settings of the recipe with changes.
 *
 * @param changes plain JSON, for example read from a file
 * @throws RangeError of one sentence for an unknown setting, or a value that does not fit
 */
export function recipeConfig(
  preset: RecipePresetName = 'usual',
  changes: RecipeChanges | JsonObject = {},
): RecipeConfig {
  const config = mergeSettings(recipePresets[preset].config, changes, nullable);
  const { seed, world, tokenizer, pretrain, quantize, report } = config;
  checkWhole('', 0, { seed });
  checkWhole('world.', 1, { ...world });
  checkTokenizer(tokenizer);
  checkModel(config.model);
  checkHeldOut(pretrain.heldOut, 'pretrain.');
  checkTraining(pretrain.training, 'pretrain.training.');
  checkSamples(pretrain.samples, 'pretrain.samples.');
  checkSft(config.sft, 'sft.');
  checkLora(config.lora, 'lora.');
  checkReward(config.reward, 'reward.');
  checkPpo(config.ppo, 'ppo.');
  const known: readonly string[] = quantizationSchemes;
  check(
    quantize.schemes.every((name) => known.includes(name)),
    'quantize.schemes',
    `of ${known.join(', ')}`,
    quantize.schemes,
  );
  checkWhole('report.', 1, { ...report });
  return config;
}
