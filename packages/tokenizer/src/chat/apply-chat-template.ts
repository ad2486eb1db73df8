import { Template } from '@huggingface/jinja';
import { chatTemplates } from './templates.js';

/** One turn of a chat; templates may read more fields (`tool_calls`, `name`). */
export interface ChatMessage {
  role: string;
  content?: unknown;
  [field: string]: unknown;
}

export interface ChatTemplateOptions {
  /** The name of a template that comes with this package, or a template in Jinja. @default 'chatml' */
  template?: keyof typeof chatTemplates | (string & {});
  /** JSON schemas of functions that the model may call. @default null */
  tools?: readonly object[] | null;
  /** Texts that the model may quote. @default null */
  documents?: readonly object[] | null;
  /** Ends with the opening of an assistant's turn. @default false */
  addGenerationPrompt?: boolean;
  /** More names that the template can use: `bos_token`, `enable_thinking`. @default {} */
  variables?: Readonly<Record<string, unknown>>;
}

/** A chat as text. */
export interface RenderedChat {
  text: string;
  /** `[start, end)` of what `{% generation %}` blocks made, in UTF-16 units: what the assistant said. */
  generations: [start: number, end: number][];
}

const compiled = new Map<string, Template>();

function compile(source: string): Template {
  let template = compiled.get(source);
  if (!template) {
    template = new Template(source);
    if (compiled.size >= 32) compiled.clear();
    compiled.set(source, template);
  }
  return template;
}

/**
 * Writes a chat as a model's template has it, as `transformers` does in Python.
 *
 * @throws what the template raises, and an error where it is no Jinja.
 */
export function applyChatTemplate(messages: readonly ChatMessage[], options: ChatTemplateOptions = {}): RenderedChat {
  const { template = 'chatml', tools = null, documents = null, addGenerationPrompt = false, variables = {} } = options;
  const source = Object.hasOwn(chatTemplates, template) ? chatTemplates[template as 'chatml'] : template;
  const data = { bos_token: '', eos_token: '', ...variables, messages, tools, documents };
  const mark = unusedMark(source + JSON.stringify(data));
  const rendered = compile(withMarks(source)).render({
    ...data,
    add_generation_prompt: addGenerationPrompt,
    generation_mark: mark,
  });
  const generations: [number, number][] = [];
  const parts = rendered.split(mark);
  let length = 0;
  parts.forEach((part, i) => {
    // what lies between two marks was generated
    if (i % 2 === 1 && i + 1 < parts.length) generations.push([length, length + part.length]);
    length += part.length;
  });
  return { text: parts.join(''), generations };
}

/**
 * Prints a mark where a `{% generation %}` block begins and ends. A block tag stands on each side of the mark, so that
 * white space is trimmed as it would be around the tag.
 */
function withMarks(source: string): string {
  return source
    .replace(/\{%([-+]?)\s*generation\s*([-+]?)%\}/g, '{%$1 if true %}{{ generation_mark }}{% if true $2%}')
    .replace(/\{%([-+]?)\s*endgeneration\s*([-+]?)%\}/g, '{%$1 endif %}{{ generation_mark }}{% endif $2%}');
}

/** A string that `text` does not hold. */
function unusedMark(text: string): string {
  let mark = '\u{f0000}';
  while (text.includes(mark)) mark += '\u{f0001}';
  return mark;
}
