export { bestOfLoss, pairwiseLoss, rankingLoss, type PairwiseLossOptions } from './losses.js';
export { scoresAt, type ScoreModel } from './model.js';
export { rewardModelFromHuggingFace, rewardModelToHuggingFace, type LoadedRewardModel } from './model-folder.js';
export { normalizeRewards, type RewardScale } from './normalize.js';
export { pairBatch, rewardObjective, type PairBatch, type RewardObjectiveOptions } from './objective.js';
export { rankingBatch, rankingObjective, type RankingBatch } from './ranking-objective.js';
export { rewardFunction, type Judged, type RewardFunctionOptions } from './reward-function.js';
export { scoreSequences, type ScoreOptions } from './score-sequences.js';
