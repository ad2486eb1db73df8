export { pairwiseLoss, rankingLoss, type PairwiseLossOptions } from './losses.js';
export { scoresAt, type ScoreModel } from './model.js';
export { normalizeRewards, type RewardScale } from './normalize.js';
export { pairBatch, rewardObjective, type PairBatch, type RewardObjectiveOptions } from './objective.js';
export { rewardFunction, type Judged } from './reward-function.js';
export { scoreSequences, type ScoreOptions } from './score-sequences.js';
