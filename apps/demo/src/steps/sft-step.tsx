import { Answers } from '../components/answers.js';
import { Facts } from '../components/facts.js';
import { LossChart } from '../components/loss-chart.js';
import { LossMask } from '../components/loss-mask.js';
import { PreparedNote } from '../components/prepared-note.js';
import { Problem } from '../components/problem.js';
import { Step } from '../components/step.js';
import { examined } from '../state/examined.js';
import { models } from '../state/models.js';
import { isBusy } from '../state/progress.js';
import { settings } from '../state/settings.js';
import { examples, sftCurves, teach } from '../state/sft.js';
import { textChoice } from '../state/text.js';

export function SftStep() {
  const ready = models.value.pretrain !== undefined && !isBusy.value;
  const { pretrain, sft } = examined.value;
  const { steps, batchSize } = settings.sft.training;
  return (
    <Step
      number={5}
      id="sft"
      title="Teach it to answer"
      about="So far it only continues text. Now it sees questions with answers and learns the answers alone: the loss looks away from the question. Its teacher is always right, but not always polite, and often long-winded."
    >
      {textChoice.value !== 'world' && (
        <p class="note">
          The questions and answers are the story world's: from them the model learns how to answer, not what your text
          says.
        </p>
      )}
      {examples.value.length > 0 && (
        <div class="stack">
          <h3>What is learnt, and what is not</h3>
          {examples.value.map((tokens, i) => (
            <LossMask key={i} tokens={tokens} />
          ))}
          <p class="note">
            <span class="masked">
              <mark>Marked</mark>
            </span>{' '}
            tokens are learnt, the end of the answer too; the others are only read.
          </p>
        </div>
      )}
      <div class="row">
        <button class="button primary" type="button" data-testid="teach" disabled={!ready} onClick={teach}>
          Teach
        </button>
        <span class="note">
          {models.value.pretrain ? `${steps} steps of ${batchSize} questions` : 'Train a model first.'}
        </span>
      </div>
      <Problem of="sft" />
      <PreparedNote stage="sft" />
      {sftCurves.value && <LossChart curves={sftCurves.value} />}
      {pretrain && sft && (
        <div class="stack" data-testid="before-after">
          <h3>Questions that it never saw</h3>
          <Facts
            facts={{
              'right before': percent(pretrain.exact),
              'right after': percent(sft.exact),
              'questions asked': sft.questions,
            }}
          />
          <Answers examined={{ pretrain, sft }} />
          <p class="note">
            No story that it learnt from has these combinations of person, place and thing. An answer is right if it
            says what was asked for and nothing else about the story.
          </p>
        </div>
      )}
    </Step>
  );
}

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
