import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { batchOf, type Job } from './job.js';
import { stepsOf, writeTrajectoryJob } from './prepare.js';
import { readTrajectory } from './reference.js';

const trajectory = readTrajectory();
let folder: string;
let job: Job;
beforeAll(() => {
  folder = writeTrajectoryJob(trajectory);
  job = JSON.parse(readFileSync(join(folder, 'job.json'), 'utf8')) as Job;
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the text is the one PyTorch trained on', () => {
  expect(job.ids).toHaveLength(trajectory.text.length);
  expect(job.ids.slice(0, 16)).toEqual(trajectory.text.first);
});

test('the weights of the job are all there, one after the other', () => {
  const sizes = job.parameters.map(({ shape }) => shape.reduce((a, b) => a * b, 1));
  expect(job.parameters.map(({ path }) => path).sort()).toEqual(Object.keys(trajectory.parameters).sort());
  expect(job.parameters.map(({ offset }) => offset)).toEqual(
    sizes.map((_, i) => sizes.slice(0, i).reduce((a, b) => a + b, 0)),
  );
  const bytes = readFileSync(join(folder, 'weights.bin'));
  expect(bytes.byteLength).toBe(4 * sizes.reduce((a, b) => a + b));
  const { offset } = job.parameters.find(({ path }) => path === 'ln_f.weight')!;
  expect(bytes.readFloatLE(4 * offset)).toBe(1);
});

test('targets are the inputs shifted by one', () => {
  const [step] = stepsOf(trajectory, 1);
  const { inputIds, targets } = batchOf(job, step!);
  expect(inputIds).toHaveLength(trajectory.batchSize * trajectory.model.contextLength);
  expect([...targets.subarray(0, 63)]).toEqual([...inputIds.subarray(1, 64)]);
  expect(targets[63]).toBe(job.ids[step!.offsets[0]! + 64]);
});
