import '@tensorflow/tfjs-backend-cpu';
import { hostStateDict } from '@ashlar/nn';
import { registerGradients } from '@ashlar/ops';
import { loadTiktoken } from '@ashlar/tokenizer/bpe';
import { Gpt2 } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Job } from '../../job.js';
import { readOperand, readText, readWork } from '../../works/folder.js';
import type { Task } from '../case.js';
import { chooseCases, suite } from '../cases/index.js';
import { libraries } from '../libraries.js';
import { judgeOf } from './expected.js';
import { writeModel, writeWorks } from './folders.js';
import { rivalsOf } from './rivals.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerGradients();
});

const caseOf = (work: string) => chooseCases([work], true)[0]!;
const taskOf = <Kind extends Task['kind']>(work: string, kind: Kind): Extract<Task, { kind: Kind }> => {
  const task = caseOf(work).task!();
  if (task.kind !== kind) throw new Error(`${work} is no ${kind}`);
  return task as Extract<Task, { kind: Kind }>;
};

test('peers get the weights that the suite has', async () => {
  const task = taskOf('train.step.f32.nano', 'train');
  const folder = writeModel(task);
  const job = JSON.parse(readFileSync(join(folder, 'job.json'), 'utf8')) as Job;
  const weights = readFileSync(join(folder, 'weights.bin'));
  rmSync(folder, { recursive: true });
  const model = new Gpt2({ ...task.shape.model, activation: 'gelu_new' }, { seed: task.seed });
  const state = await hostStateDict(model);
  model.dispose();
  expect(job.parameters.map(({ path }) => path).sort()).toEqual([...state.keys()].sort());
  for (const { path, offset } of job.parameters) {
    const { data } = state.get(path)!;
    const own = new Float32Array(weights.buffer.slice(weights.byteOffset + 4 * offset, weights.byteOffset + 4 * (offset + data.length))); // prettier-ignore
    expect(own).toEqual(data);
  }
  expect(job.ids).toEqual([...task.ids]);
});

test('operands and vocabularies are the same on either side', () => {
  const product = taskOf('matmul.f32.768x128x65.nt', 'product');
  const encode = taskOf('tokenizer.encode.bpe.1m', 'encode');
  const folder = writeWorks({ product, encode });
  const [one, two] = [readWork(folder, 'product'), readWork(folder, 'encode')];
  if (one.kind !== 'product' || two.kind !== 'encode') throw new Error('works changed their kinds');
  expect(readOperand(folder, one.b)).toEqual(product.b.values);
  expect(readText(folder, two.text)).toBe(encode.text);
  const pattern = String.raw`'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;
  const fromRanks = loadTiktoken(readText(folder, two.ranks), { pattern, specialTokens: {} });
  rmSync(folder, { recursive: true });
  const part = `${encode.text.slice(0, 2000)} Zürich, 🙂`;
  expect(fromRanks.decode(fromRanks.encode(part))).toBe(part);
});

test('outcomes are held to what Ashlar computes here, or to float64', async () => {
  const work = 'train.step.f32.nano';
  const judge = await judgeOf(caseOf(work), taskOf(work, 'train'));
  const wrong = await judge.check({ values: [4, 4, 4] });
  expect(wrong).toMatchObject({ pass: false, tolerance: 1e-3 });
  expect((await judge.check({ values: [4.2] })).pass).toBe(false);

  const product = await judgeOf(caseOf('matmul.f32.768x128x65.nt'), taskOf('matmul.f32.768x128x65.nt', 'product'));
  expect((await product.check({ values: Array<number>(768 * 65).fill(0) })).pass).toBe(false);
  product.dispose();
});

test('ids that differ, are missing or come with other logits fail', async () => {
  const nano = taskOf('train.step.f32.nano', 'train').shape;
  const task: Task = { kind: 'generate', shape: nano, seed: 5, prompt: Int32Array.of(1, 2, 3), tokens: 2 };
  const judge = await judgeOf(suite[0]!, task);
  const ids = judge.ids!;
  expect(ids).toHaveLength(3);
  expect((await judge.check({ values: ids })).pass).toBe(true);
  expect(await judge.check({ values: ids.slice(1) })).toMatchObject({ pass: false });
  expect(await judge.check({ values: [ids[0]!, ids[1]!, -1] })).toMatchObject({ pass: false, maxAbs: 1 });
  expect((await judge.check({ values: ids, logits: Array<number>(65).fill(0) })).pass).toBe(false);
});

test('who takes turns', () => {
  const names = (work: string, python?: string, by = libraries as readonly (typeof libraries)[number][]) =>
    rivalsOf(caseOf(work).task!(), by, python).map((rival) => rival.by);
  expect(names('train.step.f32.nano')).toEqual(['ashlar', 'tfjs', 'tfjs-transposed', 'jax-js']);
  expect(names('train.step.f32.nano', 'python3', ['pytorch'])).toEqual(['ashlar', 'pytorch']);
  expect(names('matmul.f32.768x128x65.nt', 'python3')).toEqual(['ashlar', 'tfjs', 'onnxruntime-node', 'pytorch']);
  expect(names('generate.decode.f32.configA', 'python3')).toEqual(['ashlar', 'tfjs', 'jax-js', 'onnxruntime-node']);
  expect(names('tokenizer.encode.bpe.1m')).toEqual(['ashlar', 'gpt-tokenizer', 'js-tiktoken']);
});
