import { Facts } from '../components/facts.js';
import { PreparedNote } from '../components/prepared-note.js';
import { Problem } from '../components/problem.js';
import { RewardChart } from '../components/reward-chart.js';
import { Rollouts } from '../components/rollouts.js';
import { Step } from '../components/step.js';
import { examined } from '../state/examined.js';
import { models } from '../state/models.js';
import { ppoCurves, practise, rollouts } from '../state/ppo.js';
import { isBusy, pause, proceed, progress, stop } from '../state/progress.js';
import { settings } from '../state/settings.js';

export function PpoStep() {
  const { iterations, batchSize, klCoefficient } = settings.ppo;
  const ready = models.value.reward !== undefined && models.value.sft !== undefined && !isBusy.value;
  return (
    <Step
      number={8}
      id="ppo"
      title="Practise for the reward"
      about="PPO: the model answers, the reward model judges, and answers that earned more become likelier. Each nat away from the fine-tuned model costs, or it would find nonsense that the reward model happens to like."
    >
      <div class="row">
        <button class="button primary" type="button" data-testid="practise" disabled={!ready} onClick={practise}>
          Practise
        </button>
        {progress.value.doing === 'practising' && <Controls />}
        <span class="note">
          {models.value.reward
            ? `${iterations} iterations of ${batchSize} answers; a nat costs ${klCoefficient}`
            : 'Train the reward model first.'}
        </span>
      </div>
      <Problem of="ppo" />
      <PreparedNote stage="ppo" />
      {ppoCurves.value && (
        <div class="columns wide-left">
          <div class="stack">
            <RewardChart curves={ppoCurves.value} />
            <BeforeAfter />
          </div>
          <Rollouts iterations={rollouts.value} />
        </div>
      )}
    </Step>
  );
}

/** What was gained, by a measure that no training saw; nothing before PPO has ended. */
function BeforeAfter() {
  const { sft, ppo } = examined.value;
  if (!sft || !ppo) return null;
  return (
    <>
      <Facts
        facts={{
          'right before PPO': `${(100 * sft.exact).toFixed(0)} %`,
          'right after': `${(100 * ppo.exact).toFixed(0)} %`,
          "the world's rule before": sft.reward.toFixed(2),
          'and after': ppo.reward.toFixed(2),
        }}
      />
      <p class="note">
        Measured on {ppo.questions} questions that no step has seen. The reward model's number is what PPO climbs; the
        world's rule, from -0.5 to 2, is what was meant. Where the first rises and the second does not, the reward is
        being gamed.
      </p>
    </>
  );
}

/** The engine's controls, where one looks while it practises. */
function Controls() {
  const { state } = progress.value;
  return (
    <>
      {state === 'running' && (
        <button class="button" type="button" data-testid="pause-ppo" onClick={pause}>
          Pause
        </button>
      )}
      {state === 'paused' && (
        <button class="button" type="button" data-testid="resume-ppo" onClick={proceed}>
          Continue
        </button>
      )}
      {(state === 'running' || state === 'paused') && (
        <button class="button" type="button" data-testid="stop-ppo" onClick={stop}>
          Stop
        </button>
      )}
    </>
  );
}
