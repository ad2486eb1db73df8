import { hhRlhf } from './hh-rlhf.js';
import { lora } from './lora.js';
import { loraStep } from './lora-step.js';
import { ppo } from './ppo.js';
import { reward } from './reward.js';
import type { Task } from './task.js';

/** By the name that `npm run bench -- task` takes. */
export const tasks: Readonly<Record<string, Task>> = { lora, 'lora-step': loraStep, reward, ppo, 'hh-rlhf': hhRlhf };
