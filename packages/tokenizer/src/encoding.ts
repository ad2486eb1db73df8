import type { Encoding, Padding, Truncation } from './types.js';

type Lists = Omit<Encoding, 'overflowing'>;

const lists = [
  'ids',
  'tokens',
  'offsets',
  'typeIds',
  'attentionMask',
  'specialTokensMask',
  'wordIds',
  'sequenceIds',
] as const satisfies readonly (keyof Lists)[];

/** An encoding of nothing. */
export function newEncoding(): Encoding {
  return Object.fromEntries([...lists, 'overflowing'].map((key) => [key, []])) as unknown as Encoding;
}

function mapLists(map: <T>(list: T[], key: keyof Lists) => T[], encoding: Encoding): Encoding {
  const result = newEncoding() as unknown as Record<keyof Lists, unknown[]>;
  for (const key of lists) result[key] = map(encoding[key] as unknown[], key);
  return result as unknown as Encoding;
}

/** Tokens `[start, end)`, without what overflowed. */
export function sliceEncoding(encoding: Encoding, start: number, end: number): Encoding {
  return mapLists((list) => list.slice(start, end), encoding);
}

/** One encoding after the other; every window of one meets every window of the next. */
export function mergeEncodings(encodings: readonly Encoding[]): Encoding {
  return encodings.reduce((a, b) => {
    const merged = mapLists(<T>(list: T[], key: keyof Lists) => list.concat(b[key] as T[]), a);
    merged.overflowing = [
      ...a.overflowing.flatMap((window) => [b, ...b.overflowing].map((other) => mergeEncodings([window, other]))),
      ...b.overflowing.map((window) => mergeEncodings([withoutOverflowing(a), window])),
    ];
    return merged;
  }, newEncoding());
}

const withoutOverflowing = (encoding: Encoding): Encoding => ({ ...encoding, overflowing: [] });

/** Cuts an encoding to `maxLength` tokens; what is cut off becomes windows of that length in `overflowing`. */
export function truncateEncoding(
  encoding: Encoding,
  maxLength: number,
  { stride = 0, direction = 'right' }: Pick<Truncation, 'stride' | 'direction'> = {},
): Encoding {
  const length = encoding.ids.length;
  if (maxLength >= length) return encoding;
  if (maxLength <= 0) return { ...newEncoding(), overflowing: [encoding] };
  if (stride >= maxLength)
    throw new RangeError(`truncation: stride (${stride}) must be less than the length that remains (${maxLength})`);
  const windows: Encoding[] = [];
  const step = maxLength - stride;
  if (direction === 'right')
    for (let start = 0; ; start += step) {
      const end = Math.min(start + maxLength, length);
      windows.push(sliceEncoding(encoding, start, end));
      if (end === length) break;
    }
  else
    for (let end = length; ; end -= step) {
      const start = Math.max(0, end - maxLength);
      windows.push(sliceEncoding(encoding, start, end));
      if (start === 0) break;
    }
  const [kept, ...overflowing] = windows;
  return { ...kept!, overflowing };
}

/** Cuts one or two encodings to `maxLength` tokens together, with the strategies of Hugging Face's `tokenizers`. */
export function truncateEncodings(encodings: Encoding[], maxLength: number, truncation: Truncation): Encoding[] {
  const [first, second] = encodings;
  const total = encodings.reduce((sum, encoding) => sum + encoding.ids.length, 0);
  if (!first || total <= maxLength) return encodings;
  const { strategy = 'longest_first' } = truncation;
  if (strategy === 'longest_first') {
    if (!second) return [truncateEncoding(first, maxLength, truncation)];
    let short = Math.min(first.ids.length, second.ids.length);
    let long = short > maxLength ? short : Math.max(short, maxLength - short);
    if (short + long > maxLength) {
      short = Math.floor(maxLength / 2);
      long = short + (maxLength % 2);
    }
    const [a, b] = first.ids.length > second.ids.length ? [long, short] : [short, long];
    return [truncateEncoding(first, a, truncation), truncateEncoding(second, b, truncation)];
  }
  const index = strategy === 'only_first' ? 0 : 1;
  const target = encodings[index];
  if (!target) throw new RangeError(`truncation: strategy 'only_second' needs a pair of texts`);
  const remains = target.ids.length - (total - maxLength);
  if (remains <= 0)
    throw new RangeError(
      `truncation: '${strategy}' cannot bring ${total} tokens to ${maxLength}: that sequence has ${target.ids.length}`,
    );
  return encodings.map((encoding, i) => (i === index ? truncateEncoding(encoding, remains, truncation) : encoding));
}

/** Fills an encoding and its windows to `length` tokens. */
export function padEncoding(encoding: Encoding, length: number, padding: Padding): Encoding {
  const { direction = 'right', padId = 0, padTypeId = 0, padToken = '[PAD]' } = padding;
  const overflowing = encoding.overflowing.map((window) => padEncoding(window, length, padding));
  const missing = length - encoding.ids.length;
  if (missing <= 0) return { ...encoding, overflowing };
  const fill = {
    ids: padId,
    tokens: padToken,
    offsets: [0, 0],
    typeIds: padTypeId,
    attentionMask: 0,
    specialTokensMask: 1,
    wordIds: null,
    sequenceIds: null,
  };
  const padded = mapLists(<T>(list: T[], key: keyof Lists) => {
    const pads = Array.from({ length: missing }, () => fill[key] as T);
    return direction === 'right' ? list.concat(pads) : pads.concat(list);
  }, encoding);
  return { ...padded, overflowing };
}

/** Fills every encoding of a batch to the same length. */
export function padEncodings(encodings: Encoding[], padding: Padding): Encoding[] {
  const { length = 'longest', padToMultipleOf = 0 } = padding;
  let target = length === 'longest' ? encodings.reduce((most, { ids }) => Math.max(most, ids.length), 0) : length;
  if (padToMultipleOf > 0) target = Math.ceil(target / padToMultipleOf) * padToMultipleOf;
  return encodings.map((encoding) => padEncoding(encoding, target, padding));
}
