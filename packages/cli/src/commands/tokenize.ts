import { readTokenizer } from '../inputs.js';
import type { Printer } from '../terminal.js';

export interface TokenizeFlags {
  tokenizer: string;
  text: string;
}

export async function tokenizeCommand(flags: TokenizeFlags, printer: Printer): Promise<number> {
  const tokenizer = await readTokenizer(flags.tokenizer);
  const ids = [...tokenizer.encode(flags.text)];
  const tokens = ids.map((id) => tokenizer.idToToken(id)!);
  printer.say(`tokens  ${tokens.map((token) => JSON.stringify(token)).join(' ')}`);
  printer.say(`ids     ${ids.join(' ')}`);
  printer.say(`${ids.length} tokens for ${new TextEncoder().encode(flags.text).length} bytes`);
  printer.result({ ids, tokens });
  return 0;
}
