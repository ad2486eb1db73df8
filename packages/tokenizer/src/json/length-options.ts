import type { Json, Padding, Truncation } from '../types.js';
import { maxId as maxLength, type JsonReader } from './reader.js';

const directions = { Left: 'left', Right: 'right' } as const;
const strategies = { LongestFirst: 'longest_first', OnlyFirst: 'only_first', OnlySecond: 'only_second' } as const;

function direction(reader: JsonReader): 'left' | 'right' {
  return reader.or('right' as const, (r) => directions[r.oneOf(['Left', 'Right'])]);
}

const nameOf = (table: Record<string, string>, value: string) =>
  Object.keys(table).find((name) => table[name] === value)!;

/** The `truncation` of a `tokenizer.json`. */
export function readTruncation(r: JsonReader): Truncation {
  return {
    maxLength: r.get('max_length').integer(),
    stride: r.get('stride').integer(),
    strategy: strategies[r.get('strategy').oneOf(['LongestFirst', 'OnlyFirst', 'OnlySecond'])],
    direction: direction(r.get('direction')),
  };
}

export function truncationJson(truncation: Truncation): Json {
  const { maxLength, stride = 0, strategy = 'longest_first', direction = 'right' } = truncation;
  return {
    direction: nameOf(directions, direction),
    max_length: maxLength,
    strategy: nameOf(strategies, strategy),
    stride,
  };
}

/** The `padding` of a `tokenizer.json`. */
export function readPadding(r: JsonReader): Padding {
  const strategy = r.get('strategy');
  const multiple = r.get('pad_to_multiple_of').or(undefined, (m) => m.integer(maxLength));
  return {
    length:
      typeof strategy.value === 'string'
        ? (strategy.oneOf(['BatchLongest']), 'longest')
        : strategy.get('Fixed').integer(maxLength),
    direction: direction(r.get('direction')),
    ...(multiple === undefined ? {} : { padToMultipleOf: multiple }),
    padId: r.get('pad_id').id(),
    padTypeId: r.get('pad_type_id').integer(),
    padToken: r.text('pad_token'),
  };
}

export function paddingJson(padding: Padding): Json {
  const { length = 'longest', direction = 'right', padToMultipleOf, padId = 0, padTypeId = 0 } = padding;
  return {
    strategy: length === 'longest' ? 'BatchLongest' : { Fixed: length },
    direction: nameOf(directions, direction),
    pad_to_multiple_of: padToMultipleOf ?? null,
    pad_id: padId,
    pad_type_id: padTypeId,
    pad_token: padding.padToken ?? '[PAD]',
  };
}
