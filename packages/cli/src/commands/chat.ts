import { nodeStore } from '@ashlar/checkpoint/node';
import { loadAdapter, requireChat } from '@ashlar/recipe';
import { abortOnInterrupt } from '@ashlar/trainer/node';
import { createInterface } from 'node:readline';
import { openBackend, type BackendFlags } from '../backend.js';
import { adapterFolder } from '../chat-models.js';
import { Conversation } from '../conversation.js';
import { openModel } from '../inputs.js';
import type { Printer } from '../terminal.js';

export interface ChatFlags extends BackendFlags {
  model: string;
  adapter?: string;
  message?: string;
  maxNewTokens: number;
  temperature: number;
  topK?: number;
  topP?: number;
  seed: number;
}

/** @returns the exit code: 130 when the one answer that was asked for was interrupted */
export async function chatCommand(flags: ChatFlags, printer: Printer): Promise<number> {
  await openBackend(flags);
  const loaded = await openModel(flags.model);
  using model = loaded.model;
  const chat = requireChat({ ...loaded, model, folder: flags.model }, 'chat');
  if (flags.adapter !== undefined) await loadAdapter(nodeStore(adapterFolder(flags.adapter)), '', model);
  const conversation = new Conversation(chat);
  if (flags.message !== undefined) {
    const { isInterrupted, ...answer } = await ask(conversation, flags.message, flags, printer);
    printer.result(answer);
    return isInterrupted ? 130 : 0;
  }
  await talk(conversation, flags, printer);
  printer.result({ messages: conversation.messages });
  return 0;
}

/** Answers line by line until the input ends. */
async function talk(conversation: Conversation, flags: ChatFlags, printer: Printer): Promise<void> {
  const { input, isWatched } = printer.terminal;
  const invite = () => printer.terminal.err('> ');
  const isTyped = isWatched.err && 'isTTY' in input && input.isTTY === true;
  if (isTyped) printer.say('Ctrl-C ends an answer, Ctrl-D the chat.');
  if (isTyped) invite();
  for await (const line of createInterface({ input, terminal: false })) {
    if (line.trim() !== '')
      try {
        await ask(conversation, line, flags, printer);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        printer.terminal.err(`${error.message}\n`);
      }
    if (isTyped) invite();
  }
}

/** One answer, shown as it comes. */
async function ask(conversation: Conversation, question: string, flags: ChatFlags, printer: Printer) {
  const { maxNewTokens, temperature, topK, topP } = flags;
  // each answer draws other numbers
  const seed = flags.seed + conversation.messages.length;
  const { signal, release } = abortOnInterrupt();
  let [text, tokens, ended] = ['', 0, false];
  const start = performance.now();
  try {
    const settings = { maxNewTokens, temperature, seed, ...(topK && { topK }), ...(topP && { topP }) };
    for await (const part of conversation.ask(question, { ...settings, signal })) {
      printer.write(part.text);
      text += part.text;
      ended = part.ended;
      tokens++;
    }
  } finally {
    release();
  }
  printer.say();
  const tokensPerSecond = (1000 * tokens) / (performance.now() - start);
  return { text: text.trim(), tokens, ended, tokensPerSecond, isInterrupted: signal.aborted };
}
