import { RandomStream } from '@ashlar/ops';

const people = ['Anna', 'Ben', 'Clara', 'David', 'Emma', 'Finn', 'Greta', 'Hugo', 'Ida', 'Jonas', 'Lena', 'Max'];
const animals = ['cat', 'dog', 'goose', 'horse', 'hen', 'goat', 'rabbit', 'fox'];
const places = ['garden', 'kitchen', 'market', 'mill', 'forest', 'school', 'harbour', 'library'];
const things = ['book', 'lamp', 'apple', 'hat', 'kite', 'letter', 'basket', 'flute', 'map', 'cup'];
const colours = ['red', 'blue', 'green', 'yellow', 'white', 'black'];
const feelings = ['happy', 'tired', 'hungry', 'proud', 'curious', 'sad'];
const times = ['In the morning', 'At noon', 'After lunch', 'In the evening', 'On Sunday', 'When it rained'];

/**
 * A text to learn from that nobody owns: short stories of a made-up village, drawn from a seed.
 *
 * @param length characters, at least
 */
export function village(length = 60_000, seed = 1): string {
  const stream = new RandomStream(seed, 'demo/village');
  let draws = 0;
  const pick = <T>(from: readonly T[]): T => from[Math.floor(stream.uniform(draws++) * from.length)]!;
  const story = (): string => {
    const [person, friend] = [pick(people), pick(people)];
    const [thing, colour, place, animal] = [pick(things), pick(colours), pick(places), pick(animals)];
    const beginnings = [
      `${pick(times)} ${person} went to the ${place}.`,
      `${person} had a ${colour} ${thing}.`,
      `There was a ${animal} in the ${place}.`,
    ];
    const middles = [
      `${person} looked for the ${colour} ${thing}.`,
      `The ${animal} took the ${thing} and ran to the ${pick(places)}.`,
      `"Where is my ${thing}?" asked ${friend}.`,
      `${friend} gave the ${thing} to ${person}.`,
      `The ${thing} was in the ${place}.`,
    ];
    const ends = [
      `Then ${person} was ${pick(feelings)}.`,
      `"Thank you, ${friend}," said ${person}.`,
      `The ${animal} slept in the ${pick(places)}.`,
    ];
    return [pick(beginnings), pick(middles), pick(middles), pick(ends)].join(' ');
  };
  let text = '';
  while (text.length < length) text += `${story()}\n`;
  return text;
}
