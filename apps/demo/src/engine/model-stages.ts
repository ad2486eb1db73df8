/** Stages that leave a model, each made from those before it. */
export const modelStages = ['pretrain', 'sft', 'reward', 'ppo'] as const;
export type ModelStage = (typeof modelStages)[number];

/** Those whose model answers. */
export const chatStages = ['pretrain', 'sft', 'ppo'] as const;
export type ChatStage = (typeof chatStages)[number];

/** What was made from a stage's model, and is out of date when there is another one. */
export const stagesAfter = (stage: ModelStage): readonly ModelStage[] =>
  modelStages.slice(modelStages.indexOf(stage) + 1);
