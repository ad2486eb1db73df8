/** A text that is known by name. */
export interface Corpus {
  /** Its file is `<name>.txt`. */
  name: string;
  url: string;
  /** SHA-256 of the file, in hexadecimal. */
  sha256: string;
  /** Length of the file. */
  bytes: number;
  /** What it is and where it comes from. */
  description: string;
}

/** The texts that are known by name. */
export const corpora = {
  tinyshakespeare: {
    name: 'tinyshakespeare',
    url: 'https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt',
    sha256: '86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed',
    bytes: 1_115_394,
    description:
      'Plays of William Shakespeare, 40,000 lines (public domain), as chosen by Andrej Karpathy for char-rnn',
  },
} satisfies Record<string, Corpus>;

/** Name of a known corpus. */
export type CorpusName = keyof typeof corpora;

/** @throws RangeError that lists the known names */
export function findCorpus(name: string): Corpus {
  if (Object.hasOwn(corpora, name)) return corpora[name as CorpusName];
  throw new RangeError(`no corpus is called ${JSON.stringify(name)}; known are ${Object.keys(corpora).join(', ')}`);
}
