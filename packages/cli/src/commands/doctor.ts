import { linear } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { backendNames, openBackend, type BackendName } from '../backend.js';
import { table } from '../format.js';
import type { Printer } from '../terminal.js';

const NEEDED_NODE = [20, 19] as const;
const MEASURE_MS = 400;

interface BackendReport {
  works: boolean;
  /** Billions of floating-point operations a second in a matrix product. */
  gflops?: number;
  detail: string;
}

/** @returns the exit code: 1 where pretraining is not possible */
export async function doctorCommand(_flags: object, printer: Printer): Promise<number> {
  const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
  const nodeFits = major > NEEDED_NODE[0] || (major === NEEDED_NODE[0] && minor >= NEEDED_NODE[1]);
  const backends: Record<string, BackendReport> = {};
  for (const name of backendNames) backends[name] = await examine(name);
  const memory = { totalGiB: totalmem() / 2 ** 30, freeGiB: freemem() / 2 ** 30 };
  const lines = [
    ['Node', `${process.versions.node}${nodeFits ? '' : `, too old: ${NEEDED_NODE.join('.')} or newer is needed`}`],
    ['processor', `${cpus()[0]?.model.trim() ?? process.arch}, ${availableParallelism()} cores`],
    ['memory', `${memory.totalGiB.toFixed(1)} GiB, ${memory.freeGiB.toFixed(1)} GiB free`],
    ...Object.entries(backends).map(([name, { detail }]) => [name, detail]),
    ['cuda', 'no: this version has no backend for NVIDIA cards'],
    ['webgl', 'in browsers only'],
  ];
  table(lines).forEach((line) => printer.say(line));
  const ready = nodeFits && backends['wasm']!.works;
  printer.say();
  printer.say(ready ? 'Ready: ashlar pretrain --help' : 'This machine cannot pretrain.');
  printer.result({ node: process.versions.node, cores: availableParallelism(), memory, backends, ready });
  return ready ? 0 : 1;
}

const measured: Record<BackendName, { size: number; features: string }> = {
  wasm: { size: 512, features: 'with SIMD, one thread' },
  cpu: { size: 192, features: 'in plain JavaScript, one thread' },
  webgpu: { size: 512, features: 'through the npm package webgpu' },
};

async function examine(name: BackendName): Promise<BackendReport> {
  try {
    await openBackend({ backend: name });
    const { size, features } = measured[name];
    const gflops = await measure(size);
    return { works: true, gflops, detail: `yes, ${features}, ${gflops.toFixed(1)} GFLOP/s in a matrix product` };
  } catch (error) {
    return { works: false, detail: `no: ${(error as Error).message.replace(`${name}: `, '')}` };
  }
}

/** Speed of square matrix products. */
async function measure(size: number): Promise<number> {
  const [x, weight] = [tf.ones([size, size]), tf.ones([size, size])];
  const once = async () => {
    const y = linear(x, weight, null);
    await y.data();
    y.dispose();
  };
  await once();
  const start = performance.now();
  let times = 0;
  for (; performance.now() - start < MEASURE_MS; times++) await once();
  const seconds = (performance.now() - start) / 1000;
  tf.dispose([x, weight]);
  return (times * 2 * size ** 3) / seconds / 1e9;
}
