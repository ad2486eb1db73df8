import type { Message } from '../src/engine/protocol.js';

const METRICS = ['objective/scores', 'objective/kl', 'accuracy'];
const DIGITS = 4;

/** A message with what the page shows of it, in fewer digits. */
export function slim(message: Message): Message {
  if (message.type !== 'stage' && message.type !== 'training') return rounded(message);
  const events = (message.events as { type: string }[]).map(slimEvent).filter((event) => event !== null);
  return rounded({ ...message, events } as Message);
}

function slimEvent(event: { type: string } & Record<string, unknown>): object | null {
  const { type, step } = event;
  if (type === 'step') return { type, step, loss: event['loss'], metrics: metricsOf(event) };
  if (type === 'evaluation') {
    const { loss, perplexity, bitsPerByte } = event;
    return { type, step, loss, perplexity, bitsPerByte, metrics: metricsOf(event) };
  }
  if (type === 'rollout') return slimRollout(event);
  return type === 'model' || (type === 'sample' && 'samples' in event) ? event : null;
}

function metricsOf({ metrics }: Record<string, unknown>): object {
  const all = Object.entries(metrics as Record<string, number>);
  return Object.fromEntries(all.filter(([name]) => METRICS.includes(name)));
}

function slimRollout({ samples, scores, kl, ...event }: Record<string, unknown>): object {
  const texts = (samples as { promptText: string; completionText: string }[]).map(({ promptText, completionText }) => ({
    promptText,
    completionText,
  }));
  const some = <T>(all: T[]) => all.slice(0, 4);
  return { ...event, samples: some(texts), scores: some(scores as number[]), kl: some(kl as number[]) };
}

const rounded = (message: Message): Message =>
  JSON.parse(
    JSON.stringify(message, (_, value: unknown) =>
      typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(DIGITS)) : value,
    ),
  ) as Message;
