// Supervised fine-tuning: questions with answers; the loss is taken over the answers alone, and their end is learnt too.
import { encodeSupervised, SupervisedDataset, type SupervisedExample } from '@ashlar/data';
import { generate } from '@ashlar/generation';
import { parameters } from '@ashlar/nn';
import { useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { AdamW } from '@ashlar/optim';
import { supervisedMicroBatches, supervisedObjective, train } from '@ashlar/trainer';
import { townModel } from './town-model.js';

/** Who loves which city: nothing in the sentences that the model knows says so. */
const loves = { Anna: 'Oslo', Ben: 'Rome', Clara: 'Paris', David: 'Vienna', Emma: 'Lisbon', Finn: 'Madrid' };
const rows = Object.entries(loves).map(([who, city]) => ({
  prompt: `\nWhat does ${who} love?`,
  completion: ` ${who} loves ${city}.`,
}));

export async function main(log = console.log) {
  await useBackend(wasm());
  const { model, tokenizer } = townModel();
  const [end] = tokenizer.encode('\n') as [number]; // the town's sentences end with the line
  const answer = async (prompt: string) => {
    const ids: number[] = [];
    for await (const { id } of generate(model, tokenizer.encode(prompt), {
      temperature: 0,
      maxNewTokens: 12,
      eosTokenId: end,
    }))
      ids.push(id);
    return { text: tokenizer.decode(ids).trimEnd(), ended: ids.at(-1) === end };
  };
  const before = await answer(rows[0]!.prompt);

  const settings = { tokenizer, eosTokenId: end, maxLength: 24 };
  const examples = rows.map((row) => encodeSupervised(row, settings)) as SupervisedExample[];
  const { inputIds, labels } = examples[0]!;
  const shown = Array.from(inputIds, (id, i) =>
    labels[i] === -100 ? tokenizer.decode([id]) : `[${tokenizer.decode([id])}]`,
  );
  log(`in brackets is what is learnt:  ${JSON.stringify(shown.join(''))}`);

  const data = new SupervisedDataset(examples, { contextLength: 24, padTokenId: 0 });
  const optimizer = new AdamW(parameters(model), { weightDecay: 0 });
  const batches = (step: number) => supervisedMicroBatches(data.batch(step, 6, 1));
  const losses: number[] = [];
  for await (const event of train({
    model,
    objective: supervisedObjective,
    optimizer,
    steps: 250,
    schedule: () => 2e-3,
    batches,
  }))
    if (event.type === 'step') losses.push(event.loss);
  optimizer.dispose();
  log(`loss ${losses[0]!.toFixed(2)} to ${losses.at(-1)!.toFixed(3)} nats a token of an answer`);

  const answers = [];
  for (const { prompt, completion } of rows) answers.push({ ...(await answer(prompt)), completion });
  model.dispose();
  log(`before:${before.text}${before.ended ? '' : ' …'}`);
  for (const { text } of answers) log(`after: ${text}`);
  return { before, answers, losses, shown };
}
