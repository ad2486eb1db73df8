// Text to tokens and back: characters, bytes, and a byte-level BPE that learns its vocabulary from the text.
import { byteTokenizer, characterTokenizer, trainBpe } from '@ashlar/tokenizer';
import { jabberwocky } from '@ashlar/data';

export async function main(log = console.log): Promise<Record<string, number>> {
  const tokenizers = {
    characters: characterTokenizer(jabberwocky),
    bytes: byteTokenizer(),
    bpe: trainBpe(jabberwocky, { vocabSize: 400 }),
  };
  const lengths: Record<string, number> = {};
  for (const [name, tokenizer] of Object.entries(tokenizers)) {
    const ids = tokenizer.encode(jabberwocky);
    if (tokenizer.decode(ids) !== jabberwocky) throw new Error(`${name} lost something on the way back`);
    lengths[name] = ids.length;
    log(
      `${name.padEnd(10)} ${String(tokenizer.vocabSize).padStart(4)} tokens in the vocabulary, ${ids.length} in the poem`,
    );
  }

  // BPE has learnt whole words of this poem; what it never saw is still spelled out in bytes, nothing is lost
  for (const word of ['the Jabberwock', 'brillig', 'Zürich 🙂']) {
    const ids = [...tokenizers.bpe.encode(word)];
    log(`${word} -> ${ids.map((id) => JSON.stringify(tokenizers.bpe.idToToken(id))).join(' ')}`);
    if (tokenizers.bpe.decode(ids) !== word) throw new Error(`${word} did not come back`);
  }
  return lengths;
}
