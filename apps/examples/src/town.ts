import { RandomStream } from '@ashlar/ops';

const people = ['Anna', 'Ben', 'Clara', 'David', 'Emma', 'Finn', 'Greta', 'Hugo'];
const cities = ['Paris', 'Rome', 'Berlin', 'London', 'Vienna', 'Madrid', 'Oslo', 'Lisbon'];
const verbs = ['visited', 'painted', 'left', 'missed', 'dreamt of', 'wrote about'];
const seasons = ['spring', 'summer', 'autumn', 'winter'];

/**
 * Simple sentences about people and cities, one a line, every seventh of them `refrain`.
 *
 * @returns a training text, and held-out sentences that do not occur in it, without the refrain
 */
export function townSentences(refrain: string): { training: string; heldOut: string } {
  const all = people.flatMap((person) =>
    cities.flatMap((city) =>
      verbs.flatMap((verb) => seasons.map((season) => `${person} ${verb} ${city} in ${season}.`)),
    ),
  );
  const stream = new RandomStream(1, 'town');
  const shuffled = all.map((sentence, i) => [stream.uniform(i), sentence] as const).sort(([a], [b]) => a - b);
  const sentences = shuffled.map(([, sentence]) => sentence);
  const heldOut = sentences.slice(0, sentences.length / 10);
  const training = sentences
    .slice(sentences.length / 10)
    .flatMap((sentence, i) => (i % 6 === 0 ? [refrain, sentence] : [sentence]));
  return { training: `${training.join('\n')}\n`, heldOut: `${heldOut.join('\n')}\n` };
}
