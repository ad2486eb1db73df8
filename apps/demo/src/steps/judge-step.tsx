import { Bench } from '../components/bench.js';
import { Facts } from '../components/facts.js';
import { Problem } from '../components/problem.js';
import { Step } from '../components/step.js';
import { download } from '../state/download.js';
import {
  canUndo,
  compareAnswers,
  comparisons,
  forgetJudgements,
  judge,
  judgements,
  preferences,
  ties,
  undo,
} from '../state/judging.js';
import { models } from '../state/models.js';
import { isBusy } from '../state/progress.js';

const PERSON = 12;
const RULE = 200;

export function JudgeStep() {
  const ready = models.value.sft !== undefined && !isBusy.value;
  const [current] = comparisons.value;
  const ruled = judgements.value.filter(({ by }) => by === 'rule').length;
  return (
    <Step
      number={6}
      id="judge"
      title="Judge its answers"
      about="The model answers each question twice. You say which answer is better, and what you like becomes what the next step learns. Which answer stands left is drawn at random."
    >
      <div class="row">
        <button
          class="button primary"
          type="button"
          data-testid="compare"
          disabled={!ready}
          onClick={() => compareAnswers(PERSON, false)}
        >
          Let it answer {PERSON} questions twice
        </button>
        <button
          class="button"
          type="button"
          data-testid="rule"
          disabled={!ready}
          onClick={() => compareAnswers(RULE, true)}
        >
          Let the world's rule judge {RULE} for you
        </button>
        {!models.value.sft && <span class="note">Teach it to answer first.</span>}
      </div>
      <p class="note">
        The rule of the story world likes a right answer best, then a polite one, then a short one. It is a rule and no
        person: its verdicts are counted apart.
      </p>
      <Problem of="compare" />
      {current && <Bench comparison={current} waiting={comparisons.value.length} onVerdict={judge} onUndo={undo} />}
      {!current && judgements.value.length > 0 && <p class="note">No pair waits for you. Ask for more, or go on.</p>}
      <Facts
        facts={{
          'judged by you': judgements.value.length - ruled,
          'judged by the rule': ruled,
          'of them ties': ties.value,
          'pairs to learn from': preferences.value.length,
        }}
      />
      <div class="row">
        <button class="button" type="button" data-testid="undo" disabled={!canUndo.value} onClick={undo}>
          <kbd>u</kbd> Take your last verdict back
        </button>
        <button
          class="button"
          type="button"
          data-testid="save-pairs"
          disabled={preferences.value.length === 0}
          onClick={() => download('preferences.jsonl', toJsonLines(preferences.value))}
        >
          Save the pairs (JSON Lines)
        </button>
        <button
          class="button"
          type="button"
          disabled={judgements.value.length + comparisons.value.length === 0}
          onClick={forgetJudgements}
        >
          Forget all verdicts
        </button>
      </div>
      <p class="note">
        Ties say that nothing is better: they are kept here, but neither saved nor learnt from. Verdicts stay in this
        browser when you reload the page.
      </p>
    </Step>
  );
}

const toJsonLines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
