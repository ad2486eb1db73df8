/** The stages in their order; each has a folder of its name. */
export const stageNames = ['tokenizer', 'pretrain', 'sft', 'lora', 'reward', 'ppo', 'quantize'] as const;

export type StageName = (typeof stageNames)[number];

/** What each stage needs to be finished. */
export const requirements: Record<StageName, readonly StageName[]> = {
  tokenizer: [],
  pretrain: ['tokenizer'],
  sft: ['pretrain'],
  lora: ['pretrain'],
  reward: ['sft'],
  ppo: ['sft', 'reward'],
  quantize: ['sft'],
};

/** @throws RangeError of one sentence for an unknown stage, or one whose needs are neither chosen nor finished */
export function checkStages(chosen: readonly string[], finished: readonly StageName[]): StageName[] {
  const known: readonly string[] = stageNames;
  const unknown = chosen.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new RangeError(`no stage is called ${JSON.stringify(unknown)}; there are ${stageNames.join(', ')}`);
  const there = new Set<string>([...chosen, ...finished]);
  for (const stage of stageNames.filter((name) => chosen.includes(name))) {
    const missing = requirements[stage].find((name) => !there.has(name));
    if (missing) throw new RangeError(`the stage ${stage} needs ${missing}, which is neither chosen nor finished here`);
  }
  return stageNames.filter((name) => chosen.includes(name));
}
