import { Facts } from '../components/facts.js';
import { LossChart } from '../components/loss-chart.js';
import { PreparedNote } from '../components/prepared-note.js';
import { Problem } from '../components/problem.js';
import { Step } from '../components/step.js';
import { preferences } from '../state/judging.js';
import { models } from '../state/models.js';
import { isBusy } from '../state/progress.js';
import { accuracy, ENOUGH, pairs, rewardCurves, trainReward, withWorld, worldChosen } from '../state/reward.js';
import { settings } from '../state/settings.js';

export function RewardStep() {
  const world = withWorld();
  const yours = preferences.value.length;
  const ready = models.value.sft !== undefined && !isBusy.value && (world || yours > 1);
  return (
    <Step
      number={7}
      id="reward"
      title="Learn what is liked"
      about="A copy of the model gets a head that gives each answer one number, its reward. From pairs it learns to give the better answer the higher one, so that later nobody has to sit there and judge."
    >
      <label class="row">
        <input
          type="checkbox"
          data-testid="with-world"
          checked={world}
          disabled={isBusy.value}
          onChange={(event) => (worldChosen.value = event.currentTarget.checked)}
        />
        <span>Add {settings.world.preferences.toLocaleString('en')} pairs of the story world</span>
      </label>
      <p class="note">
        {yours === 0 ? 'You have no pairs yet. ' : `You have ${count(yours)}. `}
        {whoseTaste(yours, world)}
      </p>
      <div class="row">
        <button class="button primary" type="button" data-testid="train-reward" disabled={!ready} onClick={trainReward}>
          Train the reward model
        </button>
        {!models.value.sft && <span class="note">Teach it to answer first.</span>}
      </div>
      <Problem of="reward" />
      <PreparedNote stage="reward" />
      {rewardCurves.value && <LossChart curves={rewardCurves.value} unit="pair" />}
      {pairs.value && (
        <Facts
          facts={{
            'your pairs': pairs.value.yours,
            ...(pairs.value.repeated > 1 && { 'each taken, times': pairs.value.repeated }),
            "the world's pairs": pairs.value.world,
            ...(accuracy.value !== null && {
              'held-out pairs in the right order': `${(100 * accuracy.value).toFixed(0)} %`,
            }),
            'by chance': '50 %',
          }}
        />
      )}
    </Step>
  );
}

const count = (pairs: number) => `${pairs.toLocaleString('en')} ${pairs === 1 ? 'pair' : 'pairs'}`;

function whoseTaste(yours: number, world: boolean): string {
  if (!world)
    return `The reward is to be all your own, and the last tenth of your pairs is held out. Fewer than ${count(ENOUGH)} teach little.`;
  return yours === 0
    ? 'The reward will be the taste of the world, which judges by its rule.'
    : 'The reward will be mostly the taste of the world, which judges by its rule; yours are repeated, up to 20 times, so that they count.';
}
