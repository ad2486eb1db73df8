import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chooseCompetitors, installPeers } from './competitors.js';
import { load, machine } from './machine.js';
import { measure, type Measurement } from './measure.js';
import { help, parseOptions, type Options } from './options.js';
import { stepsOf, writeTrajectoryJob } from './prepare.js';
import { readTrajectory } from './reference.js';
import { LOSS_TOLERANCE, markdown, rowsOf } from './report.js';

const say = (text: string) => console.error(text);

async function time(options: Options): Promise<void> {
  if (options.help) return console.log(help);
  const trajectory = readTrajectory(options.shape);
  const total = options.warmup + options.rounds * options.steps;
  if (total > trajectory.losses.length)
    throw new Error(
      `${options.warmup} + ${options.rounds} x ${options.steps} steps are ${total}: PyTorch's losses are known for ${trajectory.losses.length}.`,
    );
  const competitors = chooseCompetitors(options);
  if (options.peers) installPeers();

  const date = new Date().toISOString();
  const loadAtStart = load();
  const folder = writeTrajectoryJob(trajectory);
  let measurements: Measurement[];
  try {
    measurements = await measure(competitors, folder, stepsOf(trajectory, total), options, say);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }

  const rows = rowsOf(measurements, trajectory);
  const { model, batchSize, optimizer } = trajectory;
  const { rounds, steps, warmup, tokens } = options;
  const where = { ...machine(), load: [loadAtStart, load()] };
  const result = {
    date,
    machine: where,
    job: { shape: options.shape, model, batchSize, optimizer },
    protocol: { rounds, steps, warmup, tokens },
    reference: trajectory.versions,
    rows,
  };
  const out =
    options.out ?? fileURLToPath(new URL(`../results/${date.slice(0, 19).replaceAll(':', '')}.json`, import.meta.url));
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, `${JSON.stringify(result, null, 2)}\n`);

  console.log(
    `${where.cpu}, ${where.cores} cores, Node ${where.node}, load ${where.load.map((x) => x.toFixed(1)).join(' to ')}\n`,
  );
  console.log(`${markdown(rows, trajectory)}\n`);
  console.log(`Written to ${out}`);
  const wrong = rows.filter(({ training }) => !(training.lossDifference <= LOSS_TOLERANCE));
  for (const { title, training } of wrong)
    say(
      `${title}: its loss is off PyTorch's by ${training.lossDifference.toExponential(1)}; it trains something else.`,
    );
  if (wrong.length) process.exitCode = 1;
  if (options.json) console.log(JSON.stringify(summary(rows)));
}

const summary = (rows: ReturnType<typeof rowsOf>) =>
  Object.fromEntries(
    rows.map(({ name, training, generation }) => [
      name,
      {
        msPerStep: training.stepMs.median,
        ratio: training.ratio.median,
        lossDifference: training.lossDifference,
        msPerToken: generation.tokenMs.median,
      },
    ]),
  );

try {
  const args = process.argv.slice(2);
  // loaded only then: in the timing runs each library has a process of its own
  if (args[0] === 'task')
    process.exitCode = (await (await import('./tasks/run-task.js')).runTask(args.slice(1))) ? 0 : 1;
  else if (args[0] === 'decode')
    process.exitCode = (await (await import('./decode/run-decode.js')).runDecode(args.slice(1))) ? 0 : 1;
  else if (args[0] === 'profile')
    process.exitCode = (await (await import('./profile/run-profile.js')).runProfile(args.slice(1))) ? 0 : 1;
  else if (args[0] === 'suite')
    process.exitCode = (await (await import('./suite/node-suite.js')).runNodeSuite(args.slice(1))) ? 0 : 1;
  else if (args[0] === 'genai')
    process.exitCode = (await (await import('./genai/run-genai.js')).runGenai(args.slice(1))) ? 0 : 1;
  else if (args[0] === 'page')
    process.exitCode = (await (await import('./page/serve.js')).runPageCommand(args.slice(1))) ? 0 : 1;
  else await time(parseOptions(args));
} catch (error) {
  console.error(`bench: ${(error as Error).message}`);
  process.exitCode = 1;
}
