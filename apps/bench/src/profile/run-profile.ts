import { parseArgs } from 'node:util';
import { namesOf, wholeNumber } from '../arguments.js';
import { load, machine } from '../machine.js';
import { shapes } from '../models.js';
import { measureRoofline } from '../roofline.js';
import { profileStep } from './profile-step.js';
import { profileMarkdown, profileRows } from './report.js';

const profileHelp = `npm run bench -- profile [options]

Where the time of one training step on wasm goes, on one thread: every function of the wasm module, what tfjs does, memory, the
rest; beside each what this machine would need at least for its arithmetic and its bytes.

  --shape NAME      ${Object.keys(shapes).join(', ')} (default config-a)
  --steps N         steps that are looked at; of each row the least counts (default 30)
  --help            this text`;

/** Bytes of the largest activations of nanoGPT's shape: what lies in its caches is copied as fast as kernels may hope for. */
const bufferBytes = 1.5 * 2 ** 20;

/** Prints the profile of a training step as Markdown. */
export async function runProfile(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      shape: { type: 'string', default: 'config-a' },
      steps: { type: 'string', default: '30' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(profileHelp);
    return true;
  }
  const [name] = namesOf('shape', values.shape, Object.keys(shapes) as (keyof typeof shapes)[]) as [
    keyof typeof shapes,
  ];
  const steps = wholeNumber('steps', values.steps, 1, 1000);
  const before = await measureRoofline({ bufferBytes });
  const profile = await profileStep(shapes[name], steps);
  const after = await measureRoofline({ bufferBytes });
  // a busy machine shows less than it can do
  const roofline = {
    bufferBytes,
    flopsPerSecond: Math.max(before.flopsPerSecond, after.flopsPerSecond),
    copyPerSecond: Math.max(before.copyPerSecond, after.copyPerSecond),
    readPerSecond: Math.max(before.readPerSecond, after.readPerSecond),
  };
  const { cpu, cores, node } = machine();
  const [gigaflops, gigabytes] = [roofline.flopsPerSecond, roofline.copyPerSecond].map((rate) =>
    (rate / 1e9).toFixed(1),
  );
  console.log(
    `${new Date().toISOString().slice(0, 10)}, ${name}, ${cpu}, ${cores} cores, Node ${node}, load ${load().toFixed(1)}; ` +
      `peak ${gigaflops} GFLOP/s, copies ${gigabytes} GB/s\n`,
  );
  console.log(profileMarkdown(profileRows(profile, roofline), profile.stepMs));
  return true;
}
