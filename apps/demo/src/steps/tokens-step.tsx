import { Choices } from '../components/choices.js';
import { Facts } from '../components/facts.js';
import { Step } from '../components/step.js';
import { TokenView } from '../components/token-view.js';
import { settings } from '../state/settings.js';
import { learning, sample, tokenized, tokenizer, tokensProblem } from '../state/tokens.js';

const kinds = { characters: 'Characters', bytes: 'Bytes', bpe: 'Byte-pair encoding' } as const;
const DEFAULT_VOCABULARY = settings.tokenizer.vocabSize ?? 512;

export function TokensStep({ locked }: { locked: boolean }) {
  const { kind, vocabSize } = tokenizer.value;
  return (
    <Step
      number={2}
      id="tokens"
      title="Cut it into tokens"
      about="A model reads numbers. Each token is a piece of text with a number: a character, a byte, or a piece that byte-pair encoding found often enough in your text to deserve a number of its own."
    >
      <Choices
        legend="Tokenizer"
        options={kinds}
        value={kind}
        disabled={locked}
        onChange={(next) => (tokenizer.value = { kind: next, vocabSize: next === 'bpe' ? DEFAULT_VOCABULARY : null })}
      />
      {kind === 'bpe' && (
        <label class="field">
          <span>Tokens in the vocabulary: {vocabSize}</span>
          <input
            type="range"
            min={256}
            max={2048}
            step={32}
            disabled={locked}
            value={vocabSize ?? DEFAULT_VOCABULARY}
            onInput={(event) => (tokenizer.value = { kind, vocabSize: event.currentTarget.valueAsNumber })}
          />
          <progress
            class={learning.value ? '' : 'unseen'}
            data-testid="learning"
            aria-label="Tokens learnt"
            aria-hidden={!learning.value}
            value={learning.value?.done ?? 0}
            max={learning.value?.of ?? 1}
          />
        </label>
      )}
      <label class="field">
        <span>Try a sentence</span>
        <input
          type="text"
          data-testid="sample"
          value={sample.value}
          onInput={(event) => (sample.value = event.currentTarget.value)}
        />
      </label>
      <p class="note">The questions and answers of step 5 are read too, so that their words are tokens as well.</p>
      {tokensProblem.value && (
        <p class="problem" role="alert">
          {tokensProblem.value}
        </p>
      )}
      {tokenized.value && (
        <>
          <TokenView tokens={tokenized.value.tokens} />
          <Facts
            facts={{
              [vocabularyName(tokenized.value.vocabSize, vocabSize)]: tokenized.value.vocabSize,
              'tokens in the sentence': tokenized.value.tokens.length,
              'bytes of your text per token': tokenized.value.bytesPerToken.toFixed(2),
            }}
          />
        </>
      )}
    </Step>
  );
}

/** Where every word of a text is a token already, there are fewer than were asked for. */
const vocabularyName = (found: number, asked: number | null) =>
  `tokens in the vocabulary${asked !== null && found < asked ? ', all that the text has' : ''}`;
