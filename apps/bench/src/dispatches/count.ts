import { watchPrograms } from '@ashlar/ops/testing';

/** What a piece of work asks of a GPU. */
export interface Traffic {
  /** Programs started. */
  dispatches: number;
  /** Bytes of all inputs of all programs, from their shapes. */
  read: number;
  /** Bytes of all their outputs. */
  written: number;
}

type Infos = readonly { shape: readonly number[] }[];

const bytesOf = (infos: Infos) =>
  infos.reduce((sum, { shape }) => sum + 4 * shape.reduce((product, length) => product * length, 1), 0);

/** Counts what `work` asks of the backend in use, `webgl` or `webgpu`. */
export async function count(work: () => Promise<void>): Promise<Traffic> {
  const traffic: Traffic = { dispatches: 0, read: 0, written: 0 };
  const stop = watchPrograms(({ inputs, outputs }) => {
    traffic.dispatches++;
    traffic.read += bytesOf(inputs);
    traffic.written += bytesOf(outputs);
  });
  try {
    await work();
  } finally {
    stop();
  }
  return traffic;
}
