import { RandomStream } from '@ashlar/ops';

const people = ['Anna', 'Ben', 'Clara', 'David', 'Emma', 'Finn', 'Greta', 'Hugo'];
const cities = ['Paris', 'Rome', 'Berlin', 'London', 'Vienna', 'Madrid', 'Oslo', 'Lisbon'];
const verbs = ['visited', 'painted', 'left', 'missed', 'dreamt of', 'wrote about'];
const seasons = ['spring', 'summer', 'autumn', 'winter'];

/**
 * Simple sentences about people and cities, each once, in a shuffled order that is always the same.
 *
 * @returns nine tenths to learn from and one tenth held out
 */
export function townSentences(): { training: string[]; heldOut: string[] } {
  const all = people.flatMap((person) =>
    cities.flatMap((city) =>
      verbs.flatMap((verb) => seasons.map((season) => `${person} ${verb} ${city} in ${season}.`)),
    ),
  );
  const stream = new RandomStream(1, 'town');
  const shuffled = all.map((sentence, i) => [stream.uniform(i), sentence] as const).sort(([a], [b]) => a - b);
  const sentences = shuffled.map(([, sentence]) => sentence);
  const cut = Math.round(sentences.length / 10);
  return { training: sentences.slice(cut), heldOut: sentences.slice(0, cut) };
}
