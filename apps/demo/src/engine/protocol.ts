import type {
  AlignEvent,
  GenerateTextOptions,
  MemoryNeeds,
  PretrainConfig,
  PretrainEvent,
  RecipeConfig,
  RewardEvent,
  SftEvent,
  TokenEvent,
  TokenizerConfig,
} from '@ashlar/recipe';
import type { BackendName } from './backends.js';
import type { ChatStage, ModelStage } from './model-stages.js';

/** What the recipe tells, without what cannot leave the worker. */
export type TrainingEvent = Exclude<PretrainEvent, { type: 'tokenizer' | 'tokenizer-start' }>;
export type StageEvent = SftEvent | RewardEvent | AlignEvent;

/** What happens in a stage after pretraining. */
export type StageMessage =
  | { type: 'stage'; stage: 'sft'; events: SftEvent[] }
  | { type: 'stage'; stage: 'reward'; events: RewardEvent[] }
  | { type: 'stage'; stage: 'ppo'; events: AlignEvent[] };

/** A Hugging Face folder: its files by name. */
export type ModelFiles = Record<string, Uint8Array>;

/** What shapes a generated text besides its prompt. */
export type Sampling = Pick<GenerateTextOptions, 'maxNewTokens' | 'temperature' | 'topK' | 'seed'>;

/** Two answers to a question, in the order in which they are shown: drawn at random, so that position teaches nothing. */
export interface Comparison {
  prompt: string;
  left: string;
  right: string;
}

export type Verdict = 'left' | 'right' | 'tie';

/** A row of TRL's preference format, for a chat. */
export interface PreferenceRow {
  prompt: { role: string; content: string }[];
  chosen: { role: string; content: string }[];
  rejected: { role: string; content: string }[];
}

/** From the page to its worker. */
export type Command =
  | { type: 'open'; backend: BackendName; settings: RecipeConfig }
  | { type: 'tokenize'; id: number; text: string; sample: string; tokenizer: TokenizerConfig }
  /** How much memory a training of so many tokens would take. */
  | { type: 'weigh'; id: number; config: PretrainConfig; vocabSize: number }
  | { type: 'pretrain'; text: string; config: PretrainConfig }
  | { type: 'pause' | 'continue' | 'stop' }
  | { type: 'load'; stage: ModelStage; files: ModelFiles }
  | { type: 'generate'; prompt: string; options: Sampling }
  | { type: 'interrupt' }
  | { type: 'examples' | 'sft' | 'ppo' }
  /** Two answers to each of `count` questions; `ruled` lets the world's rule judge them at once. */
  | { type: 'compare'; count: number; seed: number; ruled: boolean }
  /** `withWorld` adds the story world's own pairs. */
  | { type: 'reward'; preferences: PreferenceRow[]; withWorld: boolean }
  | { type: 'ask'; question: string };

/** A tokenizer at work on a sample. */
export interface Tokenized {
  vocabSize: number;
  tokens: { id: number; text: string }[];
  /** Bytes of the whole text for each of its tokens. */
  bytesPerToken: number;
}

/** A token of an example, and whether the loss looks at it. */
export interface MaskedToken {
  text: string;
  learnt: boolean;
}

/** How a model answers held-out questions. */
export interface Examined {
  questions: number;
  /** Share of them answered exactly. */
  exact: number;
  /** What the world's rule gives, on average; no training sees it. */
  reward: number;
  /** The first of them. */
  shown: { prompt: string; answer: string; exact: boolean }[];
}

/** From the worker to the page. */
export type Message =
  | { type: 'opened'; backend: BackendName }
  /** A tokenizer is being learnt. */
  | { type: 'tokenizing'; done: number; of: number }
  | { type: 'tokenized'; id: number; tokenized: Tokenized }
  | { type: 'weighed'; id: number; memory: MemoryNeeds }
  | { type: 'training'; events: TrainingEvent[] }
  | StageMessage
  /** A stage has left its model; those made from an earlier one of it are gone. */
  | { type: 'model'; stage: ModelStage; files: ModelFiles }
  | { type: 'tokens'; tokens: TokenEvent[] }
  | { type: 'generated' }
  | { type: 'examples'; examples: MaskedToken[][] }
  /** Questions are being answered. */
  | { type: 'answering'; done: number; of: number }
  | { type: 'examined'; stage: ChatStage; examined: Examined }
  | { type: 'compared'; comparisons: Comparison[]; verdicts: Verdict[] | null }
  | { type: 'pairs'; yours: number; repeated: number; world: number }
  | { type: 'answered'; stage: ChatStage; text: string; ended: boolean }
  /** All that was asked for is done, or was told to stop. */
  | { type: 'finished'; during: Command['type']; stopped: boolean }
  | { type: 'failed'; during: Command['type']; sentence: string };
