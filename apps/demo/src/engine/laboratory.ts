import { memoryStore } from '@ashlar/checkpoint';
import type { Preference } from '@ashlar/data';
import {
  align,
  answerAll,
  mergeAdapter,
  pretrain,
  sft,
  storyWorldData,
  trainReward,
  type ChatModel,
  type RecipeConfig,
  type RecipeData,
} from '@ashlar/recipe';
import { compare, ruleOn } from './compare.js';
import { examine } from './examine.js';
import { maskedExamples } from './examples.js';
import type { Job } from './job.js';
import { tokenizerOf, type MadeTokenizer } from './tokenizer-of.js';
import { mixPairs } from './mix-pairs.js';
import { filesOf, ModelShelf } from './model-shelf.js';
import { chatStages, type ChatStage, type ModelStage } from './model-stages.js';
import { Outbox } from './outbox.js';
import type { Command, Message, ModelFiles, StageMessage, TrainingEvent } from './protocol.js';

type EventOf<Stage> = Extract<StageMessage, { stage: Stage }>['events'][number];
type Asked<Type extends Command['type']> = Extract<Command, { type: Type }>;

/** Runs the stages of the recipe on the models that they leave each other, and tells what happens. */
export class Laboratory {
  readonly shelf: ModelShelf;
  private made: RecipeData | undefined;

  constructor(
    private readonly settings: RecipeConfig,
    private readonly post: (message: Message) => void,
  ) {
    this.shelf = new ModelShelf(settings.seed);
  }

  /** Questions, answers and pairs; made when they are first needed. */
  get data(): RecipeData {
    return (this.made ??= storyWorldData(this.settings));
  }

  tokenizer({ text, tokenizer }: Pick<Asked<'tokenize'>, 'text' | 'tokenizer'>): MadeTokenizer {
    const onTokens = (done: number, of: number) => this.post({ type: 'tokenizing', done, of });
    return tokenizerOf(text, tokenizer, { rows: this.data.rows, onTokens });
  }

  async pretrain({ text, config }: Asked<'pretrain'>, job: Job): Promise<void> {
    const store = memoryStore();
    const { tokenizer } = this.tokenizer({ text, tokenizer: config.tokenizer });
    const outbox = new Outbox<TrainingEvent>((events) => this.post({ type: 'training', events }));
    try {
      for await (const event of pretrain({ text, config, tokenizer, store, ...job }))
        if (event.type !== 'tokenizer' && event.type !== 'tokenizer-start') outbox.add(event);
    } finally {
      outbox.flush();
    }
    this.finish('pretrain', await filesOf(store, ''));
  }

  async examples(): Promise<void> {
    const chat = await this.shelf.chat('pretrain');
    this.post({ type: 'examples', examples: maskedExamples(chat, this.data.rows.slice(0, 3)) });
  }

  async sft(job: Job): Promise<void> {
    const chat = await this.shelf.open('pretrain');
    using _model = chat.model;
    const { rows, heldOutRows } = this.data;
    const { seed, sft: config } = this.settings;
    await this.follow('sft', sft({ chat, config, rows, ...(heldOutRows && { heldOut: heldOutRows }), seed, ...job }));
    this.post({ type: 'model', stage: 'sft', files: await this.shelf.save('sft', chat) });
    await this.examine(['pretrain', 'sft'], job);
  }

  async compare({ count, seed, ruled }: Asked<'compare'>, job: Job): Promise<void> {
    const { maxNewTokens } = this.settings.report;
    const onProgress = (done: number) => this.post({ type: 'answering', done, of: count });
    onProgress(0);
    const chat = await this.shelf.chat('sft');
    const comparisons = await compare(chat, this.data.questions, { count, seed, maxNewTokens, job, onProgress });
    this.post({ type: 'compared', comparisons, verdicts: ruled ? comparisons.map(ruleOn) : null });
  }

  async reward({ preferences, withWorld }: Asked<'reward'>, job: Job): Promise<void> {
    const store = memoryStore();
    const chat = await this.shelf.chat('sft');
    const world = withWorld ? this.data.preferences : [];
    const { rows, repeated } = mixPairs<Preference>(preferences, world);
    this.post({ type: 'pairs', yours: preferences.length, repeated, world: world.length });
    const { seed, reward: config } = this.settings;
    const heldOut = withWorld && this.data.heldOutPreferences;
    const stage = { chat, config, rows, seed, store, ...(heldOut && { heldOut }) };
    await this.follow('reward', trainReward({ ...stage, ...job }));
    this.finish('reward', await filesOf(store, ''));
  }

  async ppo(job: Job): Promise<void> {
    const chat = await this.shelf.open('sft');
    using _policy = chat.model;
    using reward = (await this.shelf.openReward()).model;
    const { seed, ppo: config } = this.settings;
    await this.follow('ppo', align({ chat, reward, config, questions: this.data.questions, seed, ...job }));
    if (config.adapterRank !== null && job.signal.aborted) mergeAdapter(chat.model);
    this.post({ type: 'model', stage: 'ppo', files: await this.shelf.save('ppo', chat) });
    await this.examine(['ppo'], job);
  }

  /** Puts a question to every model there is. */
  async ask(question: string, job: Job): Promise<void> {
    for (const stage of chatStages) {
      if (!this.shelf.has(stage) || job.signal.aborted) continue;
      const chat = await this.shelf.chat(stage);
      const [answer] = await answerAll(chat, [question], {
        maxNewTokens: this.settings.report.maxNewTokens,
        signal: job.signal,
      });
      this.post({ type: 'answered', stage, text: answer!.text, ended: answer!.ended });
    }
  }

  private async examine(stages: readonly ChatStage[], job: Job): Promise<void> {
    const { heldOutQuestions } = this.data;
    const { report } = this.settings;
    const count = Math.min(report.questions, heldOutQuestions.length);
    for (const [i, stage] of stages.entries()) {
      const onProgress = (done: number) =>
        this.post({ type: 'answering', done: i * count + done, of: stages.length * count });
      onProgress(0);
      const chat: ChatModel = await this.shelf.chat(stage);
      const examined = await examine(chat, heldOutQuestions, { report, job, onProgress });
      if (examined) this.post({ type: 'examined', stage, examined });
    }
  }

  private async follow<Stage extends StageMessage['stage']>(
    stage: Stage,
    events: AsyncIterable<EventOf<Stage>>,
  ): Promise<void> {
    const outbox = new Outbox<EventOf<Stage>>((found) =>
      this.post({ type: 'stage', stage, events: found } as StageMessage),
    );
    try {
      for await (const event of events) outbox.add(event);
    } finally {
      outbox.flush();
    }
  }

  private finish(stage: ModelStage, files: ModelFiles): void {
    this.shelf.put(stage, files);
    this.post({ type: 'model', stage, files });
  }
}
