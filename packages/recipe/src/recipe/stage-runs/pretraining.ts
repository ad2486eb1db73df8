import { parameterAccount } from '@ashlar/transformer';
import { gpt2Config } from '../../config/model-config.js';
import { pretrain } from '../../stages/pretrain.js';
import { forwardFlops, trainingFlops } from '../flops.js';
import { heldOutLosses } from '../run-record.js';
import { fall, toTheEnd } from '../run-parts.js';
import { toStage, type StageContext, type StageRun } from '../stage-context.js';
import { loadTokenizer } from './tokenizer.js';

/** A model of the text. */
export async function* runPretraining(context: StageContext): StageRun {
  const { config, data, store } = context;
  const tokenizer = await loadTokenizer(store);
  const { training } = config.pretrain;
  const { seed, model, tokenizer: kind } = config;
  const stage = { text: data.text, config: { seed, tokenizer: kind, model, ...config.pretrain }, tokenizer };
  if (!(yield* toTheEnd(pretrain({ ...stage, ...toStage(context, 'pretrain') })))) return null;
  const losses = await heldOutLosses(store, 'pretrain');
  const sizes = gpt2Config(model, tokenizer.vocabSize);
  const examples = training.steps * training.batchSize;
  const tokens = examples * model.contextLength;
  return {
    examples,
    tokens,
    parameters: parameterAccount(sizes).actual.total,
    flops: trainingFlops(forwardFlops(sizes, tokens, model.contextLength)),
    gained: `held-out loss ${fall(losses)} nats a token`,
    measures: { loss: losses.at(-1)! },
  };
}
