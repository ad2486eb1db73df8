import type { TokenizerJson } from '../types.js';
import { BpeTrainer, type BpeTrainerOptions } from './train-bpe.js';
import { UnigramTrainer, type UnigramTrainerOptions } from './train-unigram.js';
import { WordPieceTrainer, type WordPieceTrainerOptions } from './train-word-piece.js';
import type { Trainer, TrainingProgress } from './trainer.js';

type Plain<T> = Omit<T, 'onProgress'>;

/** What a worker is asked to train. */
export type TrainingJob =
  | { model: 'bpe'; options: Plain<BpeTrainerOptions> }
  | { model: 'wordPiece'; options: Plain<WordPieceTrainerOptions> }
  | { model: 'unigram'; options: Plain<UnigramTrainerOptions> };

/** To a worker: a job, then texts, then the end. */
export type TrainingRequest = { type: 'start'; job: TrainingJob } | { type: 'text'; text: string } | { type: 'end' };

/** From a worker. */
export type TrainingReply =
  | ({ type: 'progress' } & TrainingProgress)
  | { type: 'done'; json: TokenizerJson }
  | { type: 'error'; message: string };

/** One end of a channel: a `MessagePort`, a worker's global scope, or a `Worker`. */
export interface TrainingPort {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
}

const make = ({ model, options }: TrainingJob, onProgress: (progress: TrainingProgress) => void): Trainer => {
  switch (model) {
    case 'bpe':
      return new BpeTrainer({ ...options, onProgress });
    case 'wordPiece':
      return new WordPieceTrainer({ ...options, onProgress });
    case 'unigram':
      return new UnigramTrainer({ ...options, onProgress });
    default:
      throw new RangeError(`training: no model ${JSON.stringify(model)}; there are bpe, wordPiece and unigram`);
  }
};

/** Answers training requests; call it in the worker with its global scope, or with any port. */
export function serveTraining(port: TrainingPort): void {
  const reply = (message: TrainingReply) => port.postMessage(message);
  let trainer: Trainer | null = null;
  port.addEventListener('message', ({ data }) => {
    const request = data as TrainingRequest;
    try {
      if (request.type === 'start') trainer = make(request.job, (progress) => reply({ type: 'progress', ...progress }));
      else if (!trainer) throw new Error(`training: ${JSON.stringify(request.type)} came before a job`);
      else if (request.type === 'text') trainer.add(request.text);
      else reply({ type: 'done', json: trainer.finish().toJSON() });
    } catch (error) {
      trainer = null;
      reply({ type: 'error', message: error instanceof Error ? error.message : String(error) });
    }
  });
}

/**
 * Trains on the other side of a port; resolves to the `tokenizer.json`, for `Tokenizer.fromJSON`.
 *
 * @throws what the trainer threw
 */
export async function trainInWorker(
  port: TrainingPort,
  job: TrainingJob,
  texts: AsyncIterable<string> | Iterable<string>,
  onProgress?: (progress: TrainingProgress) => void,
): Promise<TokenizerJson> {
  const send = (request: TrainingRequest) => port.postMessage(request);
  const result = new Promise<TokenizerJson>((resolve, reject) => {
    port.addEventListener('message', ({ data }) => {
      const reply = data as TrainingReply;
      if (reply.type === 'progress') onProgress?.({ stage: reply.stage, done: reply.done, total: reply.total });
      else if (reply.type === 'done') resolve(reply.json);
      else reject(new Error(reply.message));
    });
  });
  send({ type: 'start', job });
  for await (const text of texts) send({ type: 'text', text });
  send({ type: 'end' });
  return result;
}
