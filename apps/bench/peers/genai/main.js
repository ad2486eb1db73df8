import { data, TeachableLLM } from '@genai-fi/nanogpt';

/** Trains for some steps as the package's README has it; the time and the loss of each, and the size of the model. */
window.train = async ({ model, batchSize, optimizer, learningRate, text, steps, backend }) => {
  await TeachableLLM.selectBackend(backend);
  const { vocabSize, contextLength: blockSize, numLayers: nLayer, numHeads: nHead, hiddenSize: nEmbed } = model;
  const sizes = { vocabSize, blockSize, nLayer, nHead, nEmbed, mlpFactor: 4 };
  // the first version with learned positions: the nearest it has to GPT-2
  const llm = TeachableLLM.create('char', { modelType: 'GenAI_NanoGPT_v1', useRope: false, ...sizes });
  const streams = [await data.loadTextData(new File([text], 'text.txt', { type: 'text/plain' }))];
  await llm.trainTokeniser(streams);
  const { betas, weightDecay } = optimizer;
  const options = { method: { type: 'pretraining' }, batchSize, logInterval: 1, learningRate, beta1: betas[0], beta2: betas[1], weightDecay }; // prettier-ignore
  const [ends, losses] = [[], []];
  const started = performance.now();
  await new Promise((resolve, reject) => {
    llm.training.on('error', (_, error) => reject(error));
    llm.training.on('completed', resolve);
    llm.training.on('cancelled', resolve);
    llm.training.on('progress', ({ id, history }) => {
      ends.push(performance.now());
      losses.push(history.at(-1).trainingMetrics.loss);
      if (ends.length === steps) llm.training.cancel(id);
    });
    llm.training.job(options, streams, [{ id: 'text', name: 'text', conversational: false }]).catch(reject);
  });
  return { ms: ends.map((end, i) => end - (i ? ends[i - 1] : started)), losses, parameters: llm.getNumParams() };
};
document.body.dataset.state = 'ready';
