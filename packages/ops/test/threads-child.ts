// A program that uses threads: its argument says how it ends.
import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '../src/index.js';
import { Device } from '../src/wasm/device.js';
import { wasm } from '../src/wasm/index.js';

const [, , end] = process.argv;
if (end === 'late') await useBackend(wasm());
await useBackend(wasm({ threads: 2 }));
const a = tf.ones([600, 600]);
console.log(Device.of(tf.backend()).crew.threads, tf.matMul(a, a).dataSync()[0]);
if (end === 'exit') process.exit(3);
if (end === 'error') throw new Error('of the program');
