/** How an answer is given. The polite short one is the best; demonstrations are of all four. */
export const styles = ['short', 'polite', 'wordy', 'polite and wordy'] as const;
export type Style = (typeof styles)[number];

const capital = (text: string) => text[0]!.toUpperCase() + text.slice(1);

const forms: Record<Style, (fact: string) => string> = {
  short: (fact) => `${capital(fact)}.`,
  polite: (fact) => `${capital(fact)}, my friend.`,
  wordy: (fact) => `Well, let me think about that for a moment. I would say it was ${fact}.`,
  'polite and wordy': (fact) => `Thank you, my friend, I will tell you what I know. I would say it was ${fact}.`,
};

/** A sentence that gives a fact in a style. */
export const answer = (fact: string, style: Style): string => forms[style](fact);

/** What an answer says and how; null for a text that is no answer of this world. */
export function readAnswer(text: string, facts: readonly string[]): { fact: string; style: Style } | null {
  for (const style of styles)
    for (const fact of facts) if (answer(fact, style) === text.trim()) return { fact, style };
  return null;
}
