import { numParameters } from '@ashlar/nn';
import { loadModel, requireChat } from '../../models/model-folder.js';
import { loadRewardModel } from '../../models/reward-model-folder.js';
import { encodePairs, trainReward } from '../../stages/reward.js';
import { splitRows } from '../../stages/stage.js';
import { forwardFlops, trainingFlops } from '../flops.js';
import { rewardMeasures } from '../reward-measures.js';
import { percent, toTheEnd } from '../run-parts.js';
import { toStage, type StageContext, type StageRun } from '../stage-context.js';

/** A reward model from the fine-tuned one. */
export async function* runReward(context: StageContext): StageRun {
  const { store, config, data } = context;
  const loaded = await loadModel(store, 'sft');
  using base = loaded.model;
  const chat = requireChat(loaded, 'reward');
  const { training } = config.reward;
  let tokensPerPair = 0;
  const pairs = { rows: data.preferences, ...(data.heldOutPreferences && { heldOut: data.heldOutPreferences }) };
  const events = trainReward({
    chat,
    config: config.reward,
    ...pairs,
    seed: config.seed,
    ...toStage(context, 'reward'),
  });
  const isDone = yield* toTheEnd(events, (event) => {
    if (event.type === 'pairs') tokensPerPair = event.tokens / event.training;
  });
  if (!isDone) return null;
  const examples = training.steps * training.batchSize;
  const tokens = Math.round(examples * tokensPerPair);
  using judge = (await loadRewardModel(store, 'reward')).model;
  const heldOut = splitRows(data.preferences, config.reward.heldOut, data.heldOutPreferences).heldOut;
  const measures = await rewardMeasures(judge, heldOut, encodePairs(chat, heldOut, 'the held-out pairs').examples);
  return {
    examples,
    tokens,
    parameters: numParameters(judge),
    flops: trainingFlops(forwardFlops(base.config, tokens, tokensPerPair / 2)),
    gained: `prefers the better of two held-out answers ${percent(measures.accuracy)} of the time`,
    // there may be no pairs of equal, or of unequal length
    measures: Object.fromEntries(Object.entries(measures).filter(([, value]) => Number.isFinite(value))),
  };
}
