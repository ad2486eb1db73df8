import { expect, test } from 'vitest';
import { Reports } from './reports.js';

test('a problem is an error until somebody asks for it', () => {
  const reports = new Reports('webgpu');
  reports.check();
  reports.add('a shader does not compile');
  expect(() => reports.check()).toThrow('webgpu: the device reported: a shader does not compile');
  expect(reports.take()).toEqual(['the device reported: a shader does not compile']);
  expect(reports.take()).toEqual([]);
  reports.check();
});

test('a loss is handed over once and remains an error', () => {
  const reports = new Reports('webgl');
  reports.lose('the context was lost');
  reports.lose('the context was lost');
  const sentence = 'the context was lost, and with it all tensors: load the page or start the process again';
  expect(reports.take()).toEqual([sentence]);
  expect(reports.take()).toEqual([]);
  expect(() => reports.check()).toThrow(`webgl: ${sentence}`);
});
