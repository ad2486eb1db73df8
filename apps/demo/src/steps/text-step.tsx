import { Choices } from '../components/choices.js';
import { Facts } from '../components/facts.js';
import { Step } from '../components/step.js';
import { chooseText, textChoice, textProblem, text, type TextChoice } from '../state/text.js';

const labels: Record<TextChoice, string> = {
  world: 'The story world (made up here)',
  poem: 'Jabberwocky',
  own: 'My own text',
};

export function TextStep({ locked }: { locked: boolean }) {
  const content = text.value;
  const openFile = async (file: File | undefined) => {
    if (!file) return;
    try {
      chooseText('own', new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer()));
    } catch {
      textProblem.value = `${file.name} is not UTF-8 text. Save it as UTF-8 and open it again.`;
    }
  };
  return (
    <Step
      number={1}
      id="text"
      title="Choose a text"
      about="A language model learns to continue text. Most of it is for learning; the end is held out, to see whether the model learnt the language or only the text by heart."
    >
      <Choices
        legend="Text"
        options={labels}
        value={textChoice.value}
        disabled={locked}
        onChange={(choice) => chooseText(choice)}
      />
      {textChoice.value === 'own' && (
        <div class="stack">
          <label class="field">
            <span>Paste a text, or open a file below. It stays in this tab.</span>
            <textarea
              data-testid="own-text"
              disabled={locked}
              value={content}
              onInput={(event) => chooseText('own', event.currentTarget.value)}
            />
          </label>
          <input
            type="file"
            accept=".txt,.md,text/plain"
            aria-label="Open a text file"
            disabled={locked}
            onChange={(event) => void openFile(event.currentTarget.files?.[0])}
          />
        </div>
      )}
      {textProblem.value && (
        <p class="problem" role="alert">
          {textProblem.value}
        </p>
      )}
      <Facts
        facts={{
          characters: content.length,
          lines: content === '' ? 0 : content.split('\n').length,
          'different characters': new Set(content).size,
        }}
      />
      {content.length > 0 && content.length < 5000 && (
        <p class="note">This is a short text: the model will learn it by heart, and the held-out loss will show it.</p>
      )}
      <div class="split" aria-hidden="true">
        <span>90 % to learn from</span>
        <span>held out</span>
      </div>
      <pre class="sample" aria-label="Beginning of the text">
        {content.slice(0, 400)}
        {content.length > 400 && '…'}
      </pre>
    </Step>
  );
}
