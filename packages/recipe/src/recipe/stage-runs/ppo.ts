import { numParameters } from '@ashlar/nn';
import { fittingQuestions } from '../../models/answer.js';
import { chatPrompt } from '../../models/chat-format.js';
import { loadModel, requireChat } from '../../models/model-folder.js';
import { loadRewardModel } from '../../models/reward-model-folder.js';
import { mean } from '../../report/statistics.js';
import { align } from '../../stages/ppo.js';
import { forwardFlops, trainingFlops } from '../flops.js';
import { ending, ppoMetrics } from '../run-record.js';
import { said, toTheEnd } from '../run-parts.js';
import { toStage, type StageContext, type StageRun } from '../stage-context.js';

const QUESTIONS_TO_MEASURE = 200;

/** The fine-tuned model practises with the reward model. */
export async function* runPpo(context: StageContext): StageRun {
  const { store, config, data } = context;
  const { iterations, batchSize, epochs } = config.ppo;
  const loaded = await loadModel(store, 'sft');
  using model = loaded.model;
  const chat = requireChat(loaded, 'ppo');
  const questions = fittingQuestions(chat, data.questions, config.ppo.maxNewTokens);
  using judge = (await loadRewardModel(store, 'reward')).model;
  const stage = { chat, reward: judge, config: config.ppo, questions, seed: config.seed };
  if (!(yield* toTheEnd(align({ ...stage, ...toStage(context, 'ppo') })))) return null;
  const { tokens, scores, kl } = await ppoMetrics(store, 'ppo');
  const asked = questions.slice(0, QUESTIONS_TO_MEASURE).map((question) => chatPrompt(chat, question).length);
  const seqLength = mean(asked) + tokens / (iterations * batchSize);
  const processed = Math.round(seqLength * iterations * batchSize);
  const forward = forwardFlops(model.config, processed, seqLength);
  return {
    examples: iterations * batchSize,
    tokens,
    parameters: numParameters(model) * 2,
    // sampling, reference, old policy, value, reward; then policy and value in each epoch
    flops: 5 * forward + 2 * epochs * trainingFlops(forward),
    gained: `reward ${said(scores[0]!)} to ${said(ending(scores))} for ${said(ending(kl))} nats an answer`,
    measures: { score: ending(scores), kl: ending(kl) },
  };
}
