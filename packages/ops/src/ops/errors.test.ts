import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { useBackend } from '../backend/use-backend.js';
import { cpu } from '../cpu/index.js';
import { adamW, addLayerNorm, addRmsNorm, alibiBias, attention, attentionWeights, cacheAppend, cachedAttention, crossEntropy, decoderBlock, dropout, DropoutRng, embedding, gelu, globalNorm, layerNorm, linear, linearCrossEntropy, quantizedLinear, relativePositionBias, relativePositionBuckets, rmsNorm, rotary, rotaryTables, RandomStream, sampleTokens, swiglu, tokenLogProbs } from '../index.js'; // prettier-ignore

beforeAll(() => useBackend(cpu()));

const f = (...shape: number[]) => tf.zeros(shape);
const i = (...shape: number[]) => tf.zeros(shape, 'int32');
const rng = () => new DropoutRng({ seed: 0, step: 0 });
const int8 = { scheme: 'int8', shape: [3, 5], blockSize: 5 } as const;
const layer = (norm: number) => ({ weight: f(norm), bias: null });
const map = (out: number, width: number) => ({ weight: f(out, width), bias: null });
const block = (changes = {}) => ({ norm1: layer(4), qkv: map(12, 4), proj: map(4, 4), norm2: layer(4), fc: map(8, 4), out: map(4, 8), ...changes }); // prettier-ignore
const cache = (changes = {}) => ({ keys: f(1, 5, 4), values: f(1, 5, 4), position: i(), ...changes });
const settings = { learningRate: 1, beta1: 0.9, beta2: 0.9, eps: 1, step: 1 };

test.each<[string, () => unknown]>([
  ['linear: weight float32 [4, 3] must be [out, 5] to fit x float32 [2, 5]', () => linear(f(2, 5), f(4, 3))],
  ['linear: bias float32 [5] must be [4] to fit weight float32 [4, 5]', () => linear(f(2, 5), f(4, 5), f(5))],
  ['linear: x int32 [2, 5] must be float32', () => linear(i(2, 5), f(4, 5))],
  ['layerNorm: weight float32 [3] must be [5] to fit x float32 [2, 5]', () => layerNorm(f(2, 5), f(3))],
  ['layerNorm: bias float32 [5, 1] must be [5]', () => layerNorm(f(2, 5), f(5), f(5, 1))],
  ['addLayerNorm: residual float32 [2, 3] must have the shape of x float32 [2, 5]', () => addLayerNorm(f(2, 5), f(2, 3), f(5))],
  ['addLayerNorm: bias float32 [3] must be [5]', () => addLayerNorm(f(2, 5), f(2, 5), f(5), f(3))],
  ['addRmsNorm: weight float32 [3] must be [5] to fit x float32 [2, 5]', () => addRmsNorm(f(2, 5), f(2, 5), f(3))],
  ['addRmsNorm: residual int32 [2, 5] must be float32', () => addRmsNorm(f(2, 5), i(2, 5), f(5))],
  ['gelu: x int32 [2] must be float32', () => gelu(i(2))],
  ['embedding: ids float32 [2] must be int32', () => embedding(f(2), f(3, 4))],
  ['embedding: weight float32 [3] must be [vocab, hidden]', () => embedding(i(2), f(3))],
  ['attention: numHeads (4) must divide the width of q float32 [1, 2, 6]', () => attention(f(1, 2, 6), f(1, 2, 6), f(1, 2, 6), { numHeads: 4 })],
  ['be a multiple of numKvHeads (2)', () => attention(f(1, 2, 6), f(1, 2, 6), f(1, 2, 6), { numHeads: 3, numKvHeads: 2 })],
  ['attention: k float32 [1, 2, 6] must be [1, keySeq, 3] to fit q float32 [1, 2, 6] with 1 key heads of 3', () => attention(f(1, 2, 6), f(1, 2, 6), f(1, 2, 6), { numHeads: 2, numKvHeads: 1 })],
  ['attention: v float32 [1, 3, 6] must have the shape of k float32 [1, 2, 6]', () => attention(f(1, 2, 6), f(1, 2, 6), f(1, 3, 6), { numHeads: 2 })],
  ['attention: keyMask int32 [2] must be int32 [1, 2]', () => attention(f(1, 2, 6), f(1, 2, 6), f(1, 2, 6), { numHeads: 2, keyMask: i(2) })],
  ['attentionWeights: queryOffset float32 [] must be an int32 scalar', () => attentionWeights(f(1, 2, 6), f(1, 2, 6), { numHeads: 2, queryOffset: f() })],
  ['attention: segments int32 [2] must be int32 [1, 2]', () => attention(f(1, 2, 6), f(1, 2, 6), f(1, 2, 6), { numHeads: 2, segments: i(2) })],
  ['attention: segments are for self-attention over whole rows, not for 1 queries on 2 keys', () => attention(f(1, 1, 6), f(1, 2, 6), f(1, 2, 6), { numHeads: 2, segments: i(1, 1) })],
  ['attention: segments are for self-attention over whole rows, not for 2 queries on 2 keys with a queryOffset', () => attention(f(1, 2, 6), f(1, 2, 6), f(1, 2, 6), { numHeads: 2, segments: i(1, 2), queryOffset: i() })],
  ['attention: the window (0) must be a whole number of keys, 1 or more, or null for no limit', () => attention(f(1, 2, 6), f(1, 2, 6), f(1, 2, 6), { numHeads: 2, window: 0 })],
  ['attention: prefixLengths int32 [2] must be int32 [1], which is [batch] of q float32 [1, 2, 6] and k float32 [1, 3, 6]', () => attention(f(1, 2, 6), f(1, 3, 6), f(1, 3, 6), { numHeads: 2, prefixLengths: i(2) })],
  ['attentionWeights: distanceBias float32 [2, 5] must be float32 [2, 4], which is [numHeads, seq + keySeq - 1] of q float32 [1, 2, 6] and k float32 [1, 3, 6]', () => attentionWeights(f(1, 2, 6), f(1, 3, 6), { numHeads: 2, distanceBias: f(2, 5) })],
  ['alibiBias: numHeads (0) must be a whole number from 1', () => alibiBias(0, 2, 2)],
  ['alibiBias: seq (2) and keySeq (0) must be whole numbers from 1, queryOffset (-2) a whole number', () => alibiBias(1, 2, 0)],
  ['relativePositionBuckets: numBuckets (3) must be a whole number from 4, and maxDistance (128) larger than the 0', () => relativePositionBuckets([1], { numBuckets: 3 })],
  ['relativePositionBuckets: numBuckets (8) must be a whole number from 2, and maxDistance (4) larger than the 4', () => relativePositionBias(f(8, 2), 3, 3, { bidirectional: false, maxDistance: 4 })],
  ['relativePositionBias: table float32 [8] must be float32 with at least 2 axes', () => relativePositionBias(f(8), 3, 3)],
  ['attention: the dropout rate (1) must be in [0, 1)', () => attention(f(1, 2, 6), f(1, 2, 6), f(1, 2, 6), { numHeads: 2, dropout: { rate: 1, rng: rng() } })],
  ['crossEntropy: targets int32 [3] must have the leading axes of logits float32 [2, 5]', () => crossEntropy(f(2, 5), i(3))],
  ['crossEntropy: targets float32 [2] must be int32', () => crossEntropy(f(2, 5), f(2))],
  ['crossEntropy: labelSmoothing (1.5) must be in [0, 1]', () => crossEntropy(f(2, 5), i(2), { labelSmoothing: 1.5 })],
  ['crossEntropy: zLoss (-1) must be at least 0', () => crossEntropy(f(2, 5), i(2), { zLoss: -1 })],
  ['crossEntropy: zLoss (NaN) must be at least 0', () => linearCrossEntropy(f(2, 5), f(7, 5), i(2), { zLoss: NaN })],
  ['quantizedLinear: x float32 [2, 4] must be [..., 5] to fit a weight [3, 5]', () => quantizedLinear(f(2, 4), { ...int8, codes: i(5), scales: f(3) })],
  ['quantizedLinear: codes int32 [4] must be int32 [5] for int8 of [3, 5]', () => quantizedLinear(f(2, 5), { ...int8, codes: i(4), scales: f(3) })],
  ['quantizedLinear: blockSize (4) must be 5 for int8', () => quantizedLinear(f(2, 5), { ...int8, blockSize: 4, codes: i(5), scales: f(3) })],
  ['quantizedLinear: zeros belong to int4, and only to it', () => quantizedLinear(f(2, 5), { ...int8, codes: i(5), scales: f(3), zeros: i(1) })],
  ['rmsNorm: weight float32 [3] must be [5] to fit x float32 [2, 5]', () => rmsNorm(f(2, 5), f(3))],
  ['rotary: numHeads (4) must divide the width of x float32 [1, 2, 6]', () => rotary(f(1, 2, 6), { cos: f(9, 1), sin: f(9, 1) }, { numHeads: 4 })],
  ['rotary: cos float32 [9, 2] must be [maxPositions, rotaryDim / 2] with a rotaryDim of at most 3, the width of a head', () => rotary(f(1, 2, 6), { cos: f(9, 2), sin: f(9, 2) }, { numHeads: 2 })],
  ['rotary: sin float32 [8, 1] must have the shape of cos float32 [9, 1]', () => rotary(f(1, 2, 6), { cos: f(9, 1), sin: f(8, 1) }, { numHeads: 2 })],
  ['rotary: positions int32 [2] must be int32 [1, 2] or a scalar', () => rotary(f(1, 2, 6), { cos: f(9, 1), sin: f(9, 1) }, { numHeads: 2, positions: i(2) })],
  ['rotary: x float32 [1, 2, 3, 4] must be [batch, seq, numHeads * headDim]', () => rotary(f(1, 2, 3, 4), { cos: f(9, 1), sin: f(9, 1) }, { numHeads: 2 })],
  ['rotaryTables: rotaryDim (3) must be a positive even number', () => rotaryTables({ maxPositions: 2, rotaryDim: 3 })],
  ['rotaryTables: 1 frequencies, rotaryDim (4) needs 2', () => rotaryTables({ maxPositions: 2, rotaryDim: 4, frequencies: [1] })],
  ['sampleTokens: logits float32 [2, 3, 4] must be [batch, vocab]', () => sampleTokens(f(2, 3, 4))],
  ['sampleTokens: temperature (-1) must be 0, for the most likely token, or more', () => sampleTokens(f(2, 5), { temperature: -1 })],
  ['sampleTokens: topK (1.5) must be a positive integer', () => sampleTokens(f(2, 5), { topK: 1.5 })],
  ['sampleTokens: topP (0) must be in (0, 1]', () => sampleTokens(f(2, 5), { topP: 0 })],
  ['sampleTokens: 1 streams for logits float32 [2, 5], there must be one a row', () => sampleTokens(f(2, 5), { streams: [new RandomStream(0, 'x')] })],
  ['swiglu: up float32 [2, 3] must have the shape of gate float32 [2, 5]', () => swiglu(f(2, 5), f(2, 3))],
  ['swiglu: gate float32 [2, 5] must be [..., 2 * hidden] where it holds up too', () => swiglu(f(2, 5))],
  ['tokenLogProbs: targets int32 [3] must have the leading axes of logits float32 [2, 5]', () => tokenLogProbs(f(2, 5), i(3))],
  ['tokenLogProbs: the temperature (0) must be positive', () => tokenLogProbs(f(2, 5), i(2), { temperature: 0 })],
  ['linearCrossEntropy: weight float32 [7, 4] must be [vocab, 5] to fit x float32 [2, 5]', () => linearCrossEntropy(f(2, 5), f(7, 4), i(2))],
  ['linearCrossEntropy: chunkSize (0) must be a positive integer', () => linearCrossEntropy(f(2, 5), f(7, 5), i(2), { chunkSize: 0 })],
  ['dropout: rate (-0.1) must be in [0, 1)', () => dropout(f(2), -0.1, rng())],
  ['cacheAppend: x float32 [1, 2, 4] must be [batch, seq, width] of cache float32 [1, 5, 3]', () => cacheAppend(f(1, 5, 3), f(1, 2, 4), i())],
  ['cacheAppend: position float32 [] must be an int32 scalar', () => cacheAppend(f(1, 5, 3), f(1, 2, 3), f())],
  ['decoderBlock: numHeads (3) must divide the width of x float32 [1, 1, 4]', () => decoderBlock(f(1, 1, 4), null, block(), cache(), { numHeads: 3 })],
  ['decoderBlock: residual float32 [1, 2, 4] must have the shape of x float32 [1, 1, 4]', () => decoderBlock(f(1, 1, 4), f(1, 2, 4), block(), cache(), { numHeads: 2 })],
  ['decoderBlock: the weight of qkv float32 [4, 4] must be [12, 4] to fit x float32 [1, 1, 4]', () => decoderBlock(f(1, 1, 4), null, block({ qkv: map(4, 4) }), cache(), { numHeads: 2 })],
  ['decoderBlock: the weight of norm2 float32 [5] must be [4] to fit x float32 [1, 1, 4]', () => decoderBlock(f(1, 1, 4), null, block({ norm2: layer(5) }), cache(), { numHeads: 2 })],
  ['decoderBlock: the weight of out float32 [4, 7] must be [4, 8] to fit x float32 [1, 1, 4]', () => decoderBlock(f(1, 1, 4), null, block({ out: map(4, 7) }), cache(), { numHeads: 2 })],
  ['decoderBlock: the bias of fc float32 [4] must be [8] to fit its weight [8, 4]', () => decoderBlock(f(1, 1, 4), null, block({ fc: { weight: f(8, 4), bias: f(4) } }), cache(), { numHeads: 2 })],
  ['decoderBlock: keys float32 [2, 5, 4] must be [1, capacity, 4] to fit x float32 [1, 1, 4]', () => decoderBlock(f(1, 1, 4), null, block(), cache({ keys: f(2, 5, 4) }), { numHeads: 2 })],
  ['decoderBlock: values float32 [1, 6, 4] must have the shape of keys float32 [1, 5, 4]', () => decoderBlock(f(1, 1, 4), null, block(), cache({ values: f(1, 6, 4) }), { numHeads: 2 })],
  ['decoderBlock: position float32 [] must be an int32 scalar', () => decoderBlock(f(1, 1, 4), null, block(), cache({ position: f() }), { numHeads: 2 })],
  ['decoderBlock: keyMask int32 [1, 4] must be int32 [1, 5], as keys float32 [1, 5, 4]', () => decoderBlock(f(1, 1, 4), null, block(), cache({ keyMask: i(1, 4) }), { numHeads: 2 })],
  ['cachedAttention: qkv float32 [1, 1, 7] must hold 2 + 2 * 1 heads of one width, numHeads a multiple of numKvHeads', () => cachedAttention(f(1, 1, 7), f(1, 5, 2), f(1, 5, 2), i(), { numHeads: 2, numKvHeads: 1 })],
  ['cachedAttention: keys float32 [1, 5, 3] must be [1, capacity, 2] to fit qkv float32 [1, 1, 8] with 1 key heads of 2', () => cachedAttention(f(1, 1, 8), f(1, 5, 3), f(1, 5, 3), i(), { numHeads: 2, numKvHeads: 1 })],
  ['cachedAttention: values float32 [1, 4, 2] must have the shape of keys float32 [1, 5, 2]', () => cachedAttention(f(1, 1, 6), f(1, 5, 2), f(1, 4, 2), i(), { numHeads: 1 })],
  ['cachedAttention: position float32 [] must be an int32 scalar', () => cachedAttention(f(1, 1, 6), f(1, 5, 2), f(1, 5, 2), f(), { numHeads: 1 })],
  ['cachedAttention: keyMask int32 [1, 4] must be int32 [1, 5], which is [batch, keySeq] of qkv float32 [1, 1, 6] and keys float32 [1, 5, 2]', () => cachedAttention(f(1, 1, 6), f(1, 5, 2), f(1, 5, 2), i(), { numHeads: 1, keyMask: i(1, 4) })],
  ['cachedAttention: the window (0) must be a whole number of keys', () => cachedAttention(f(1, 1, 6), f(1, 5, 2), f(1, 5, 2), i(), { numHeads: 1, window: 0 })],
  ['globalNorm: needs at least one tensor', () => globalNorm([])],
  ['adamW: 2 gradients for 1 parameters', () => adamW({ parameters: [tf.variable(f(2))], gradients: [f(2), f(2)], firstMoments: [tf.variable(f(2))], secondMoments: [tf.variable(f(2))], weightDecays: [0] }, settings)],
  ['adamW: gradients[0] float32 [3] must have the shape of parameters[0] float32 [2]', () => adamW({ parameters: [tf.variable(f(2))], gradients: [f(3)], firstMoments: [tf.variable(f(2))], secondMoments: [tf.variable(f(2))], weightDecays: [0] }, settings)],
  ['adamW: step (0) must be an integer from 1', () => adamW({ parameters: [], gradients: [], firstMoments: [], secondMoments: [], weightDecays: [] }, { ...settings, step: 0 })],
])('%s', (sentence, call) => {
  expect(call).toThrow(sentence);
}); // prettier-ignore
