/** Someone who lives in the story world. */
export interface Person {
  name: string;
  /** As subject and as object. */
  pronouns: readonly ['she', 'her'] | readonly ['he', 'him'];
}

const she = (name: string): Person => ({ name, pronouns: ['she', 'her'] });
const he = (name: string): Person => ({ name, pronouns: ['he', 'him'] });

export const people: readonly Person[] = [
  she('Anna'),
  he('Ben'),
  she('Clara'),
  he('David'),
  she('Emma'),
  he('Finn'),
  she('Greta'),
  he('Hugo'),
  she('Ida'),
  he('Jonas'),
  she('Lena'),
  he('Max'),
];

export const places = [
  'garden',
  'kitchen',
  'market',
  'mill',
  'forest',
  'school',
  'harbour',
  'library',
  'meadow',
  'barn',
] as const;

export const things = ['book', 'lamp', 'basket', 'hat', 'kite', 'letter', 'flute', 'map', 'cup', 'drum'] as const;

export const times = ['morning', 'noon', 'evening', 'night'] as const;

/** What happens in one story: one fact of each kind, so that a question about it has one answer. */
export interface Facts {
  person: Person;
  friend: Person;
  place: (typeof places)[number];
  thing: (typeof things)[number];
  time: (typeof times)[number];
}
