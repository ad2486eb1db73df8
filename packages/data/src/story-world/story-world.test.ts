import { expect, test } from 'vitest';
import { isExact, storyWorld, trueReward, type StoryWorld } from '../index.js';
import { readAnswer } from './answer.js';
import { allCombinations, heldOutCombinations } from './combinations.js';
import { questionText, readPrompt, rightAnswer, say, wrongAnswers } from './question.js';

const sizes = { stories: 300, demonstrations: 600, preferences: 600, questions: 300, heldOut: 200 };
const world = storyWorld(sizes);
const said = (turns: readonly { content: string }[]) => turns[0]!.content;
const combination = (prompt: string) => {
  const { person, place, thing } = readPrompt(prompt).facts;
  return { person, place, thing };
};
const trainingPrompts = ({ demonstrations, preferences, questions }: StoryWorld) => [
  ...demonstrations.map(({ prompt }) => said(prompt)),
  ...preferences.map(({ prompt }) => said(prompt)),
  ...questions,
];

test('the same seed gives the same world, another seed another', () => {
  expect(storyWorld(sizes)).toEqual(world);
  expect(storyWorld({ ...sizes, seed: 1 }).pretrainingText).not.toBe(world.pretrainingText);
});

test('there is as much of everything as asked for', () => {
  expect(world.pretrainingText.split('\n\n')).toHaveLength(sizes.stories + 1);
  expect(world.demonstrations).toHaveLength(sizes.demonstrations);
  expect(world.preferences).toHaveLength(sizes.preferences);
  expect(world.questions).toHaveLength(sizes.questions);
  for (const part of [world.heldOutQuestions, world.heldOutDemonstrations, world.heldOutPreferences])
    expect(part).toHaveLength(sizes.heldOut);
});

test('one combination in twelve is held out, and any two parts of it are seen together eleven times', () => {
  const isHeldOut = heldOutCombinations(1337);
  expect(allCombinations.filter(isHeldOut)).toHaveLength(allCombinations.length / 12);
  const pairs = new Map<string, number>();
  for (const { person, place, thing } of allCombinations.filter((one) => !isHeldOut(one)))
    for (const pair of [`${person.name} ${place.name}`, `${place.name} ${thing}`, `${person.name} ${thing}`])
      pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  expect(pairs.size).toBe(3 * 144);
  expect(new Set(pairs.values())).toEqual(new Set([11]));
});

test('no part to train on has a held-out combination, every held-out part has nothing else', () => {
  const isHeldOut = heldOutCombinations(1337);
  const paragraphs = world.pretrainingText.trim().split('\n\n');
  for (const text of paragraphs) {
    const story = text.split('. ').slice(0, 3).join('. ');
    expect(isHeldOut(combination(`${story}. When was that?`)), text).toBe(false);
  }
  for (const prompt of trainingPrompts(world)) expect(isHeldOut(combination(prompt)), prompt).toBe(false);
  const heldOut = [
    ...world.heldOutQuestions,
    ...world.heldOutDemonstrations.map(({ prompt }) => said(prompt)),
    ...world.heldOutPreferences.map(({ prompt }) => said(prompt)),
  ];
  for (const prompt of heldOut) expect(isHeldOut(combination(prompt)), prompt).toBe(true);
});

test('every demonstration is right, and not every one is polite and short', () => {
  const rewards = world.demonstrations.map(({ prompt, completion }) => {
    expect(isExact(said(prompt), said(completion)), said(completion)).toBe(true);
    return trueReward(said(prompt), said(completion));
  });
  expect(Math.max(...rewards)).toBe(2);
  expect(Math.min(...rewards)).toBeLessThan(1);
});

test('the chosen answer of every pair has the higher true reward', () => {
  for (const { prompt, chosen, rejected } of world.preferences)
    expect(trueReward(said(prompt), said(chosen))).toBeGreaterThan(trueReward(said(prompt), said(rejected)));
});

test('pairs that differ in one thing are equal in the others', () => {
  for (const { prompt, chosen, rejected, differsIn } of world.preferences) {
    const [better, worse] = [said(chosen), said(rejected)];
    const [good, bad] = [readAnswer(better), readAnswer(worse)];
    const exact = [isExact(said(prompt), better), isExact(said(prompt), worse)];
    if (differsIn === 'fact' || differsIn === 'kind')
      expect([good.manners, ...exact]).toEqual([bad.manners, true, false]);
    if (differsIn === 'fact') expect(good.words).toBe(bad.words);
    if (differsIn === 'manners') expect([good.content, good.manners]).toEqual([bad.content, 'polite']);
    if (differsIn === 'length') expect([good.content, good.manners]).toEqual([bad.content, bad.manners]);
  }
});

test('the longer answer is the better one about as often as the shorter one', () => {
  const longer = world.preferences.map(({ chosen, rejected }) =>
    Math.sign(readAnswer(said(chosen)).words - readAnswer(said(rejected)).words),
  );
  const [more, less] = [1, -1].map((sign) => longer.filter((one) => one === sign).length) as [number, number];
  expect(more / (more + less)).toBeGreaterThan(0.35);
  expect(more / (more + less)).toBeLessThan(0.65);
});

const prompt = 'On Monday Anna was in the garden. There she found a kite. Later a fox came. Where was Anna?';

test.each([
  ['In the garden.', 1.5],
  ['It was in the garden.', 1.5],
  ['Thank you for asking. Anna was in the garden.', 2],
  ['It was in the garden. Leave me alone now.', 1],
  ['Let me think about it for a moment. It was in the garden.', 1 + 0.5 * (5 / 9)],
  ['In the park.', 0.5],
  ['In the garden. In the park.', 0.5],
  ['With pleasure.', 1],
  ['In the garden', 0.5],
  ['', 0],
  ['In the garden. '.repeat(6), 0],
])('the true reward of %j is %d', (answer, reward) => {
  expect(trueReward(prompt, answer)).toBeCloseTo(reward, 12);
});

test('a prompt is read as it was written', () => {
  const { facts, asked } = readPrompt(prompt);
  expect(questionText(facts, asked)).toBe('Where was Anna?');
  expect(say(rightAnswer(facts, asked), 'full', facts, asked)).toBe('Anna was in the garden.');
  expect(wrongAnswers(facts, asked)).toHaveLength(11);
  expect(() => trueReward('Who wrote Faust?', 'Goethe.')).toThrow(
    'the prompt is no question about a story of the story world: "Who wrote Faust?"',
  );
});
