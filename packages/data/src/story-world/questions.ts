import { people, places, things, times, type Facts } from './world.js';

interface Kind {
  ask: (facts: Facts) => string;
  /** What is asked for, as it stands in an answer. */
  fact: (facts: Facts) => string;
  /** All that could be asked for, for answers that are wrong. */
  all: readonly string[];
}

const kinds = {
  where: {
    ask: ({ person }) => `Where was ${person.name}?`,
    fact: ({ place }) => `in the ${place}`,
    all: places.map((place) => `in the ${place}`),
  },
  what: {
    ask: ({ person }) => `What did ${person.name} find?`,
    fact: ({ thing }) => `a ${thing}`,
    all: things.map((thing) => `a ${thing}`),
  },
  who: {
    ask: ({ thing }) => `Who found the ${thing}?`,
    fact: ({ person }) => person.name,
    all: people.map(({ name }) => name),
  },
  friend: {
    ask: () => 'Who came later?',
    fact: ({ friend }) => friend.name,
    all: people.map(({ name }) => name),
  },
  when: {
    ask: () => 'When was that?',
    fact: ({ time }) => `at ${time}`,
    all: times.map((time) => `at ${time}`),
  },
} satisfies Record<string, Kind>;

export type QuestionKind = keyof typeof kinds;
export const questionKinds = Object.keys(kinds) as QuestionKind[];

/** What stands between a story and the question about it. */
const BREAK = '\n';

/** A question about a story that it is put behind. */
export interface Question {
  kind: QuestionKind;
  /** Story and question, as a user would type them. */
  prompt: string;
  /** The right answer without any manners, such as `in the garden`. */
  fact: string;
}

export const ask = (kind: QuestionKind, story: string, facts: Facts): Question => ({
  kind,
  prompt: `${story}${BREAK}${kinds[kind].ask(facts)}`,
  fact: kinds[kind].fact(facts),
});

/** Everything that a question of a kind could be answered with. */
export const possibleFacts = (kind: QuestionKind): readonly string[] => kinds[kind].all;
