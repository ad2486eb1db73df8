import { fromHost, toHost, stateDict } from '@ashlar/nn';
import * as tf from '@tensorflow/tfjs-core';
import { gpt2FromHuggingFace, gpt2ToHuggingFace, type HuggingFaceModel } from './gpt2-huggingface.js';
import { Gpt2WithScore } from './gpt2-with-score.js';

const HEAD = 'score.weight';

/**
 * A model with a score as Python's `GPT2ForSequenceClassification` with one label reads it.
 *
 * @param options.padTokenId what rows are filled up with; Python reads the score at the last token before it
 */
export async function gpt2WithScoreToHuggingFace(
  model: Gpt2WithScore,
  { padTokenId }: { padTokenId: number },
): Promise<HuggingFaceModel> {
  const { config, tensors } = await gpt2ToHuggingFace(model.transformer);
  const head = await toHost(new Map([[HEAD, stateDict(model).get(HEAD)!]]));
  return {
    config: {
      ...config,
      architectures: ['GPT2ForSequenceClassification'],
      id2label: { 0: 'LABEL_0' },
      label2id: { LABEL_0: 0 },
      pad_token_id: padTokenId,
      problem_type: 'regression',
    },
    tensors: new Map([...tensors, ...head]),
  };
}

/**
 * Makes a model with a score from the contents of a Hugging Face folder.
 *
 * @throws Error of one sentence for a folder without a head for one score, or as `gpt2FromHuggingFace` does
 */
export function gpt2WithScoreFromHuggingFace({ config, tensors }: HuggingFaceModel): Gpt2WithScore {
  const head = tensors.get(HEAD);
  const width = String(config.n_embd);
  if (!head) throw new Error(`${HEAD} is missing: the folder holds no model with a score`);
  if (head.shape.join() !== `1,${width}`)
    throw new Error(`${HEAD} is [${head.shape.join(', ')}], a head for one score is [1, ${width}]`);
  const rest = new Map([...tensors].filter(([name]) => name !== HEAD));
  const model = new Gpt2WithScore(gpt2FromHuggingFace({ config, tensors: rest }), { std: 0 });
  tf.tidy(() => stateDict(model).get(HEAD)!.assign(fromHost(head)));
  return model;
}
