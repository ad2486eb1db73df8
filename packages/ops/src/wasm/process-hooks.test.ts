import { useBackend } from '../index.js';
import { expect, test } from 'vitest';
import { wasm } from './index.js';

test('an uncaught error stays the business of the program', async () => {
  const listeners = () =>
    ['uncaughtException', 'unhandledRejection'].map((event) => process.listeners(event as 'exit').length);
  const before = listeners();
  await useBackend(wasm());
  expect(listeners()).toEqual(before);
});
