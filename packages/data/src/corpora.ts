/** A text, or rows of a data set, known by name. */
export interface Corpus {
  name: string;
  /** The file's name; one that ends in `.gz` is unpacked when it is read. @default '<name>.txt' */
  file?: string;
  /** Where it is downloaded from; null for one that is read from `ASHLAR_DATA_DIR` alone. */
  url: string | null;
  /** SHA-256 of the file as it lies there, in hexadecimal. */
  sha256: string;
  /** Length of the file as it lies there. */
  bytes: number;
  /** What it is and where it comes from. */
  description: string;
}

/** What is known by name. */
export const corpora = {
  tinyshakespeare: {
    name: 'tinyshakespeare',
    url: 'https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt',
    sha256: '86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed',
    bytes: 1_115_394,
    description:
      'Plays of William Shakespeare, 40,000 lines (public domain), as chosen by Andrej Karpathy for char-rnn',
  },
  'self-instruct': {
    name: 'self-instruct',
    file: 'self-instruct-seed-tasks.jsonl',
    url: 'https://raw.githubusercontent.com/yizhongw/self-instruct/main/data/seed_tasks.jsonl',
    sha256: '7779004fa198fdf27cf70a159363879d8a26c53329e11b436af17b3941875f48',
    bytes: 110_934,
    description:
      'The 175 seed tasks of Self-Instruct (Apache-2.0): instructions with inputs and outputs; parseSelfInstruct reads them',
  },
  'hh-rlhf': {
    name: 'hh-rlhf',
    file: 'hh-rlhf-helpful-base-test.jsonl.gz',
    url: 'https://media.githubusercontent.com/media/anthropics/hh-rlhf/f95611684ee0c6471fa011987de2c2ef2f8ccb05/helpful-base/test.jsonl.gz',
    sha256: '8be3fc1a13b27901631696f2be6f184c799f1baeaf145f53ac5db24960adc37b',
    bytes: 875_191,
    description:
      "The helpful-base test split of Anthropic's hh-rlhf (MIT): pairs of chats of which people preferred one; parseHhRlhf reads them",
  },
  'hh-rlhf-harmless-1800': {
    name: 'hh-rlhf-harmless-1800',
    file: 'hh-rlhf-harmless-1800.jsonl.gz',
    url: null,
    sha256: '73f7e774e65f351f1c31435f56891b997dbe5480768822cb6d323e02c066787c',
    bytes: 574_397,
    description:
      "A selection of 1,800 of the 2,312 pairs in the harmless-base test split of Anthropic's hh-rlhf (MIT; crude content); parseHhRlhf reads them",
  },
} satisfies Record<string, Corpus>;

/** Name of a known corpus. */
export type CorpusName = keyof typeof corpora;

/** @throws RangeError that lists the known names */
export function findCorpus(name: string): Corpus {
  if (Object.hasOwn(corpora, name)) return corpora[name as CorpusName];
  throw new RangeError(`no corpus is called ${JSON.stringify(name)}; known are ${Object.keys(corpora).join(', ')}`);
}
