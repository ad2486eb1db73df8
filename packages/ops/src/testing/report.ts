import * as tf from '@tensorflow/tfjs-core';
import { useBackend, type BackendPlugin } from '../backend/use-backend.js';
import { registerGradients } from '../gradients/index.js';
import { differentiate } from '../tape/differentiate.js';
import { measure, type Cost } from './measure.js';
import { reportCases, type ReportCase } from './report-cases.js';

/** What one op costs on a backend. */
export interface OpReport {
  /** The op and what is particular about this call. */
  op: string;
  /** Its inputs: `x [4, 64, 128]`. */
  inputs: string;
  forward: Cost;
  /** Forward and backward, by all inputs that have a gradient; one of the clones is that of the gradient of the result. */
  training?: Cost;
}

/**
 * What each fused op asks of a backend: kernels run by the engine, buffers, bytes. Everything is measured on one call at the
 * size of a small training step.
 *
 * @param plugin makes the backend
 * @throws Error while tensors of another backend live
 */
export async function opReport(plugin: () => BackendPlugin): Promise<OpReport[]> {
  await useBackend(plugin());
  registerGradients();
  const reports: OpReport[] = [];
  for (const entry of reportCases) reports.push(await reportOf(entry));
  return reports;
}

async function reportOf({ op, make, run, gradients }: ReportCase): Promise<OpReport> {
  const x = tf.tidy(make);
  const names = Object.entries(x).map(([name, { shape }]) => `${name} [${shape.join(', ')}]`);
  // whatever a backend makes once is there before it is measured
  tf.dispose(tf.tidy(() => run(x)));
  const report: OpReport = {
    op,
    inputs: names.length > 6 ? `${names.length} of ${names[0]!.replace(/^\w+ /, '')}` : names.join(', '),
    forward: await measure(() => run(x)),
  };
  if (gradients) {
    const result = () => [run(x)].flat().at(-1) as tf.Tensor;
    const dy = tf.tidy(() => tf.onesLike(result()));
    const xs = gradients.map((name) => x[name]!);
    report.training = await measure(() => {
      const { value, grads } = differentiate(result, xs, dy);
      return [value, ...grads.filter((gradient) => gradient !== undefined)];
    });
    dy.dispose();
  }
  tf.dispose(x);
  return report;
}

/** Reports as a Markdown table; bytes in KiB. */
export function reportTable(reports: readonly OpReport[]): string {
  const columns = ['calls', 'clones', 'temporaries', 'KiB made', 'KiB at most'];
  const cells = (cost: Cost | undefined) =>
    cost
      ? [cost.kernels.length, cost.clones, cost.temporaries, kibibytes(cost.bytes), kibibytes(cost.peakBytes)].map(
          String,
        )
      : columns.map(() => '–');
  const rows = [
    ['operation', 'inputs', ...columns, ...columns.map((name) => `${name}, with gradients`)],
    ['---', '---', ...columns.map(() => '--:'), ...columns.map(() => '--:')],
    ...reports.map(({ op, inputs, forward, training }) => [op, inputs, ...cells(forward), ...cells(training)]),
  ];
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

const kibibytes = (bytes: number): string => (bytes / 1024).toFixed(1);
