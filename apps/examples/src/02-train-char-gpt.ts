// Train a GPT on characters with the trainer: a held-out split, a learning-rate schedule, clipping, a plain loop of events.
import { jabberwocky, splitText, TokenDataset } from '@ashlar/data';
import { generate } from '@ashlar/generation';
import { parameters } from '@ashlar/nn';
import { useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { AdamW, nanoGptSchedule } from '@ashlar/optim';
import { characterTokenizer } from '@ashlar/tokenizer';
import { microBatches, nextTokenObjective, train } from '@ashlar/trainer';
import { Gpt2 } from '@ashlar/transformer';

export async function main(log = console.log) {
  await useBackend(wasm());
  const contextLength = 32;
  const seed = 1;
  const steps = 200;

  const tokenizer = characterTokenizer(jabberwocky);
  const { train: training, heldOut } = splitText(jabberwocky, { heldOut: 0.2 });
  const dataset = (text: string) => new TokenDataset(tokenizer.encode(text), { contextLength });
  const [trainingSet, heldOutSet] = [dataset(training), dataset(heldOut)];

  const { vocabSize } = tokenizer;
  using model = new Gpt2(
    { vocabSize, contextLength, hiddenSize: 64, numLayers: 2, numHeads: 4, dropout: 0.1 },
    { seed },
  );
  const optimizer = new AdamW(parameters(model));
  const heldOutLosses: number[] = [];

  const events = train({
    model,
    optimizer,
    objective: nextTokenObjective,
    steps,
    seed,
    schedule: nanoGptSchedule({ learningRate: 3e-3, warmupSteps: 20, decaySteps: steps, minLearningRate: 3e-4 }),
    batches: (step) => microBatches(trainingSet.batch(step, 16, seed)),
    evaluation: {
      every: 50,
      batches: () => [...heldOutSet.evaluationBatches(16)].flatMap((batch) => microBatches(batch)),
    },
  });
  let trainLoss: number | null = null;
  for await (const event of events) {
    if (event.type === 'evaluation') {
      heldOutLosses.push(event.loss);
      log(`step ${event.step}: held-out loss ${event.loss.toFixed(3)}, perplexity ${event.perplexity.toFixed(1)}`);
    }
    if (event.type === 'done') trainLoss = event.trainLoss;
  }
  // the poem is short: it is learnt by heart long before the model could know English, and the held-out loss tells
  log(`training loss ${trainLoss?.toFixed(3)}`);

  const ids = [...tokenizer.encode("'Twas ")];
  for await (const { id } of generate(model, ids, { maxNewTokens: 80, temperature: 0.8, topK: 10, seed })) ids.push(id);
  log(tokenizer.decode(ids));
  optimizer.dispose();
  return { trainLoss, heldOutLosses };
}
