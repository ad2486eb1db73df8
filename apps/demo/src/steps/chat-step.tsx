import { Answers } from '../components/answers.js';
import { Problem } from '../components/problem.js';
import { stageNames } from '../components/stage-names.js';
import { Step } from '../components/step.js';
import { chatStages } from '../engine/model-stages.js';
import { answers, ask, asked, question } from '../state/asking.js';
import { examined } from '../state/examined.js';
import { downloadModel } from '../state/download.js';
import { models } from '../state/models.js';
import { isBusy } from '../state/progress.js';

export function ChatStep() {
  const there = chatStages.filter((stage) => models.value[stage]);
  const ready = there.length > 0 && !isBusy.value && question.value.trim() !== '';
  return (
    <Step
      number={9}
      id="chat"
      title="Ask all three"
      about="The same question to the model as it was after each step. It knows only its small world: tell it a story, and ask who, what, where or when, or what came later."
    >
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) ask();
        }}
      >
        <label class="field">
          <span>A story with a question</span>
          <textarea
            class="short"
            data-testid="question"
            value={question.value}
            onInput={(event) => (question.value = event.currentTarget.value)}
          />
        </label>
        <div class="row">
          <button class="button primary" type="submit" data-testid="ask" disabled={!ready}>
            Ask
          </button>
          <OtherQuestions />
        </div>
      </form>
      {there.length === 0 && <p class="note">Train a model first.</p>}
      <Problem of="ask" />
      {asked.value && (
        <>
          <p class="question">{asked.value}</p>
          <div class="chats" aria-live="polite">
            {there.map((stage) => {
              const answer = answers.value[stage];
              return (
                <div class="stack" key={stage}>
                  <h3>{stageNames[stage]}</h3>
                  <p class="answer" data-testid={`chat-${stage}`}>
                    {answer ? answer.text.trim() || '(nothing)' : '…'}
                    {answer && !answer.ended && <span class="note"> (it does not come to an end)</span>}
                  </p>
                </div>
              );
            })}
          </div>
        </>
      )}
      {examined.value.ppo && (
        <details>
          <summary>Held-out questions, before and after</summary>
          <Answers examined={examined.value} />
        </details>
      )}
      <div class="row">
        {there.map((stage) => (
          <button key={stage} class="button" type="button" onClick={() => downloadModel(models.value[stage]!)}>
            Save the {stageNames[stage]} model
          </button>
        ))}
      </div>
    </Step>
  );
}

/** Questions that no step has seen, to be asked with one click. */
function OtherQuestions() {
  const shown = examined.value.sft?.shown ?? [];
  if (shown.length === 0) return null;
  return (
    <label class="row">
      <span class="note">or take one that it never saw</span>
      <select
        class="plain"
        value=""
        aria-label="A question that it never saw"
        onChange={(event) => (question.value = event.currentTarget.value)}
      >
        <option value="">choose…</option>
        {shown.map(({ prompt }) => (
          <option key={prompt} value={prompt}>
            {prompt}
          </option>
        ))}
      </select>
    </label>
  );
}
