import { readFacts, placePhrase, type Fact } from './fact.js';

/** What is asked for. */
export type Asked = 'who' | 'what' | 'where';

/** The three things one can ask. */
export const askable: readonly Asked[] = ['who', 'what', 'where'];

/** A question about a fact; what is asked for is not in it. */
export function questionText({ person, verb, thing, place }: Fact, asked: Asked): string {
  switch (asked) {
    case 'who':
      return `Who ${verb.past} a ${thing} ${placePhrase(place)}?`;
    case 'what':
      return `What did ${person.name} ${verb.base} ${placePhrase(place)}?`;
    case 'where':
      return `Where did ${person.name} ${verb.base} the ${thing}?`;
  }
}

/**
 * Reads a prompt, a story with a question after it, as a person would: by its words alone.
 *
 * @returns what is asked for, the fact that answers it, and the facts that do not
 * @throws RangeError for a text that is no question about a story of this world
 */
export function readPrompt(prompt: string): { asked: Asked; fact: Fact; others: Fact[] } {
  const words = /(Who|What|Where) ([^.?]*)\?$/.exec(prompt.trim());
  const facts = readFacts(prompt);
  if (words) {
    const asked = words[1]!.toLowerCase() as Asked;
    const answers = facts.filter((fact) => questionText(fact, asked) === words[0]);
    if (answers.length === 1)
      return { asked, fact: answers[0]!, others: facts.filter((fact) => fact !== answers[0]) };
  }
  throw new RangeError(
    `the prompt is no question about a story of the story world: ${JSON.stringify(prompt.length > 80 ? `…${prompt.slice(-80)}` : prompt)}`,
  );
}
