/** Somebody of the world. */
export interface Person {
  name: string;
  /** As the subject of a sentence. */
  pronoun: 'he' | 'she';
}

/** Somewhere in the world, and the word that leads there: `in the garden`. */
export interface Place {
  preposition: 'in' | 'at' | 'on' | 'by';
  name: string;
}

const she = (name: string): Person => ({ name, pronoun: 'she' });
const he = (name: string): Person => ({ name, pronoun: 'he' });

/** Who there is. */
export const people: readonly Person[] = [
  ...['Anna', 'Clara', 'Emma', 'Grace', 'Ida', 'Lucy'].map(she),
  ...['Ben', 'David', 'Felix', 'Henry', 'Jack', 'Tom'].map(he),
];

/** Where one can be. */
export const places: readonly Place[] = [
  { preposition: 'in', name: 'garden' },
  { preposition: 'in', name: 'kitchen' },
  { preposition: 'in', name: 'library' },
  { preposition: 'in', name: 'forest' },
  { preposition: 'in', name: 'park' },
  { preposition: 'at', name: 'market' },
  { preposition: 'at', name: 'station' },
  { preposition: 'at', name: 'school' },
  { preposition: 'on', name: 'beach' },
  { preposition: 'on', name: 'farm' },
  { preposition: 'by', name: 'river' },
  { preposition: 'by', name: 'bridge' },
];

/** What there is to be found; all take `a`. */
export const things = [
  ...(['ball', 'basket', 'book', 'coat', 'cup', 'drum'] as const),
  ...(['hat', 'key', 'kite', 'lamp', 'letter', 'shoe'] as const),
] as const;

export type Thing = (typeof things)[number];

/** Who may come by; all take `a`. */
export const animals = [
  ...(['bear', 'cat', 'cow', 'dog', 'duck', 'fox'] as const),
  ...(['goat', 'hen', 'horse', 'mouse', 'pig', 'wolf'] as const),
] as const;

export type Animal = (typeof animals)[number];

/** When it can be. */
export const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

export type Day = (typeof days)[number];
