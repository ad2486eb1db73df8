import { RandomStream } from '@ashlar/ops';
import { trainBpe, type Tokenizer } from '@ashlar/tokenizer';
import { mergesOf } from '../../works/merges.js';
import type { Case, Check, Prepared, Task } from '../case.js';

const VOCABULARY = 1000;
const WORDS = 4000;

/** Words of drawn syllables, the frequent ones first as in a language, with single spaces between them. */
function drawnText(name: string, characters: number): string {
  const stream = new RandomStream(5, name);
  let at = 0;
  const below = (limit: number) => Math.floor(stream.uniform(at++) * limit);
  const syllable = () => 'bcdfghklmnprst'[below(14)]! + 'aeiou'[below(5)]!;
  const words = Array.from({ length: WORDS }, () => Array.from({ length: 1 + below(4) }, syllable).join(''));
  const parts: string[] = [];
  for (let length = 0; length < characters; length += parts.at(-1)!.length + 1)
    parts.push(words[Math.floor(WORDS ** stream.uniform(at++)) - 1]!);
  return parts.join(' ');
}

/** The words of a text of letters and single spaces as the byte-level pattern cuts them. */
const wordsOf = (text: string) => (text.match(/ ?[a-z]+/g) ?? []).map((word) => word.replace(' ', 'Ġ'));

function merged(pieces: string[], [left, right]: [string, string]): string[] {
  const result: string[] = [];
  for (let i = 0; i < pieces.length; i++) {
    const isPair = pieces[i] === left && pieces[i + 1] === right;
    result.push(isPair ? left + right : pieces[i]!);
    if (isPair) i++;
  }
  return result;
}

const outcome = (reference: string, mistakes: number): Check => ({
  reference,
  maxAbs: mistakes,
  maxRel: mistakes,
  tolerance: 0,
  pass: mistakes === 0,
});

/** Every merge must have been the most frequent pair of its time; counted from scratch for the first hundred. */
function checkTraining(text: string, merges: readonly [string, string][]): Check {
  const counts = new Map<string, number>();
  for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  let words = [...counts].map(([word, count]) => ({ pieces: [...word], count }));
  let mistakes = 0;
  for (const merge of merges.slice(0, 100)) {
    const pairs = new Map<string, number>();
    for (const { pieces, count } of words)
      for (let i = 1; i < pieces.length; i++) {
        const pair = `${pieces[i - 1]} ${pieces[i]}`;
        pairs.set(pair, (pairs.get(pair) ?? 0) + count);
      }
    if (pairs.get(merge.join(' ')) !== Math.max(...pairs.values())) mistakes++;
    words = words.map(({ pieces, count }) => ({ pieces: merged(pieces, merge), count }));
  }
  return outcome('the most frequent pairs, counted anew for the first 100 merges', mistakes);
}

/** The text must come back, and every word be what all merges in their order make of it. */
function checkEncoding(text: string, tokenizer: Tokenizer, ids: readonly number[]): Check {
  let mistakes = tokenizer.decode(ids) === text ? 0 : 1;
  const merges = mergesOf(tokenizer.toJSON());
  const sample = wordsOf(text).slice(0, 300);
  const expected = sample.flatMap((word) => merges.reduce(merged, [...word]));
  expected.forEach((token, i) => (mistakes += tokenizer.idToToken(ids[i]!) === token ? 0 : 1));
  return outcome('the text itself, and all merges in their order over its first 300 words', mistakes);
}

/** Work on a drawn text of so many letters. */
function onText(
  name: string,
  stream: string,
  characters: number,
  task: (text: string) => Task,
  prepare: (text: string) => Pick<Prepared, 'run' | 'check'>,
): Case {
  const drawn = () => drawnText(stream, characters).slice(0, characters);
  return {
    work: `tokenizer.${name}`,
    group: 'tokenizer',
    dtype: 'f32',
    onHost: true,
    params: { characters, vocabulary: VOCABULARY },
    amount: { unit: 'bytes', count: characters },
    task: () => task(drawn()),
    prepare() {
      const text = drawn();
      return { inputs: [new TextEncoder().encode(text)], ...prepare(text), dispose: () => {} };
    },
  };
}

const trainedOn = (text: string) => trainBpe(text.slice(0, 200_000), { vocabSize: VOCABULARY });

const training = (text: string): Task => ({ kind: 'train-bpe', text, vocabSize: VOCABULARY });
const encoding = (text: string): Task => ({ kind: 'encode', text, tokenizer: trainedOn(text).toJSON() });

export const tokenizer: readonly Case[] = [
  onText('train.bpe.200k', 'tokenizer/train', 200_000, training, (text) => {
    let last: Tokenizer;
    return {
      run() {
        last = trainedOn(text);
        return [];
      },
      check: () => checkTraining(text, mergesOf(last.toJSON())),
    };
  }),
  onText('encode.bpe.1m', 'tokenizer/encode', 1_000_000, encoding, (text) => {
    const trained = trainedOn(text);
    let ids: readonly number[] = [];
    return {
      run() {
        ids = trained.encode(text) as readonly number[];
        return [];
      },
      check: () => checkEncoding(text, trained, ids),
    };
  }),
];
