import type { Encoding, Json, PostProcessor } from '../../types.js';
import { readByteLevel, type ByteLevelOptions } from '../byte-level-options.js';
import type { JsonReader } from '../reader.js';
import { readTyped, type Readers } from '../typed.js';
import { BertProcessor, RobertaProcessor, type TokenAndId } from './bert.js';
import { TemplateProcessor, type TemplatePiece, type TemplateToken } from './template.js';
import { trimOffsets } from './trim-offsets.js';

/** Adds no tokens; leaves spaces out of the offsets. */
export class ByteLevelProcessor implements PostProcessor {
  constructor(private readonly options: ByteLevelOptions) {}

  addedTokens(): number {
    return 0;
  }

  processIds(sequences: number[][]): number[] {
    return sequences.flat();
  }

  process(encodings: Encoding[]): Encoding[] {
    const { add_prefix_space: addSpace, trim_offsets: trims } = this.options;
    return trims ? encodings.map((encoding) => trimOffsets(encoding, addSpace)) : encodings;
  }

  toJSON(): Json {
    return { type: 'ByteLevel', ...this.options };
  }
}

/** Several post-processors, one after another. */
export class SequenceProcessor implements PostProcessor {
  constructor(readonly processors: readonly PostProcessor[]) {}

  addedTokens(pair: boolean): number {
    return this.processors.reduce((sum, processor) => sum + processor.addedTokens(pair), 0);
  }

  processIds(sequences: number[][]): number[] {
    const adding = this.processors.filter((p) => p.addedTokens(false) > 0 || p.addedTokens(true) > 0);
    const [only, ...more] = adding;
    if (more.length === 0) return only ? only.processIds(sequences) : sequences.flat();
    return adding.reduce((out, processor) => [processor.processIds(out)], sequences).flat();
  }

  process(encodings: Encoding[], addSpecialTokens: boolean): Encoding[] {
    return this.processors.reduce((out, processor) => processor.process(out, addSpecialTokens), encodings);
  }

  toJSON(): Json {
    return { type: 'Sequence', processors: this.processors.map((processor) => processor.toJSON()) };
  }
}

function tokenAndId(reader: JsonReader): TokenAndId {
  const items = [...reader.items()];
  if (items.length !== 2) reader.fail('[token, id]');
  return [items[0]!.string(), items[1]!.id()];
}

function readTemplate(reader: JsonReader, tokens: ReadonlyMap<string, TemplateToken>): TemplatePiece[] {
  return Array.from(reader.items(), (item) => {
    if (item.has('Sequence')) {
      const sequence = item.get('Sequence');
      return {
        sequence: sequence.get('id').oneOf(['A', 'B']) === 'A' ? 0 : 1,
        typeId: sequence.get('type_id').integer(),
      };
    }
    if (!item.has('SpecialToken')) item.fail('an object with "Sequence" or "SpecialToken"');
    const token = item.get('SpecialToken');
    const id = token.text('id');
    if (!tokens.has(id)) token.get('id').reject(`is ${JSON.stringify(id)}, which special_tokens does not list`);
    return { token: id, typeId: token.get('type_id').integer() };
  });
}

const readers: Readers<PostProcessor> = {
  RobertaProcessing: (r) =>
    new RobertaProcessor(
      tokenAndId(r.get('sep')),
      tokenAndId(r.get('cls')),
      r.flag('trim_offsets'),
      r.flag('add_prefix_space'),
    ),
  BertProcessing: (r) => new BertProcessor(tokenAndId(r.get('sep')), tokenAndId(r.get('cls'))),
  ByteLevel: (r) => new ByteLevelProcessor(readByteLevel(r)),
  TemplateProcessing: (r) => {
    const tokens = new Map<string, TemplateToken>();
    for (const [id, token] of r.get('special_tokens').entries()) {
      const ids = token.list('ids', (item) => item.id());
      const names = token.list('tokens', (item) => item.string());
      if (ids.length !== names.length) token.reject(`has ${ids.length} ids for ${names.length} tokens`);
      tokens.set(id, { ids, tokens: names });
    }
    return new TemplateProcessor(readTemplate(r.get('single'), tokens), readTemplate(r.get('pair'), tokens), tokens);
  },
  Sequence: (r, depth) => new SequenceProcessor(r.list('processors', (item) => readPostProcessor(item, depth))),
};

/** Files of the first versions do not name the type: it is known by a field. */
const legacy = [
  ['BertProcessing', 'sep'],
  ['ByteLevel', 'trim_offsets'],
  ['TemplateProcessing', 'single'],
  ['Sequence', 'processors'],
] as const;

/** The `post_processor` of a `tokenizer.json`. */
export function readPostProcessor(reader: JsonReader, depth = 0): PostProcessor {
  const roberta = !reader.has('type') && reader.has('sep') && reader.has('trim_offsets');
  return roberta ? readers.RobertaProcessing!(reader, depth) : readTyped(reader, readers, legacy, depth);
}
