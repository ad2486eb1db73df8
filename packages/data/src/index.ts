export { ignoreIndex, type Batch, type TokenIds } from './batch.js';
export { extractPrompt, toConversational, toMessages, unpairPreference } from './converters.js';
export { corpora, findCorpus, type Corpus, type CorpusName } from './corpora.js';
export { decodeUtf8 } from './decode-utf8.js';
export { encodePreference, type PreferenceExample, type PreferenceOptions } from './encode-preference.js';
export { encodeSupervised, type SupervisedExample, type SupervisedOptions } from './encode-supervised.js';
export { evaluationBatches, type EvaluationOptions } from './evaluation-batches.js';
export { parseHhRlhf } from './hh-rlhf.js';
export { jabberwocky } from './jabberwocky.js';
export { parseJsonLines } from './json-lines.js';
export type { JsonObject } from './json-object.js';
export { packBestFit } from './pack-best-fit.js';
export { PreferenceDataset, type PreferenceBatch, type PreferenceDatasetOptions } from './preference-dataset.js';
export { preferenceRows } from './preference-rows.js';
export { originOf } from './row-origin.js';
export type {
  ChatRow,
  Message,
  Preference,
  PromptCompletion,
  SupervisedRow,
  TextRow,
  UnpairedPreference,
} from './rows.js';
export { parseSelfInstruct } from './self-instruct.js';
export { splitText, type SplitText } from './split-text.js';
export { SupervisedDataset, type SupervisedBatch, type SupervisedDatasetOptions } from './supervised-dataset.js';
export type { Difference, StoryPreference } from './story-world/preferences.js';
export type { ChatPair } from './story-world/questions.js';
export { storyWorld, type StoryWorld, type StoryWorldOptions } from './story-world/story-world.js';
export { isExact, trueReward } from './story-world/true-reward.js';
export { supervisedRows } from './supervised-rows.js';
export { TokenDataset, type TokenDatasetOptions } from './token-dataset.js';
