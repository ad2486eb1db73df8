import type { RecipeData, RecipeEvent, Report, StageEvent } from '@ashlar/recipe';
import { duration, table, thousands } from './format.js';
import { progressBar, type ProgressBar } from './progress-bar.js';
import type { Printer } from './terminal.js';
import { TrainingDisplay } from './training-display.js';

type Of<Type extends RecipeEvent['type']> = Extract<RecipeEvent, { type: Type }>;

/** Shows the recipe, stage after stage, and at the end what came of it. */
export class RecipeDisplay {
  private stage: TrainingDisplay | null = null;
  private examination: ProgressBar;
  /** Of the tokenizer, as it learns. */
  readonly tokens: ProgressBar;
  private isIntroduced = false;

  constructor(
    private readonly printer: Printer,
    private readonly data: RecipeData,
  ) {
    this.examination = progressBar(printer, 'models examined');
    this.tokens = progressBar(printer, 'tokens');
  }

  show(event: RecipeEvent): void {
    switch (event.type) {
      case 'left-out':
        this.printer.say();
        for (const sentence of event.sentences) this.printer.say(sentence);
        return;
      case 'stage-start':
        this.introduce();
        this.printer.say();
        this.printer.say(`[${event.index}/${event.count}] ${event.stage}: ${purposes[event.stage]}`);
        this.stage = new TrainingDisplay(this.printer);
        return;
      case 'stage-event':
        return this.stageEvent(event.event);
      case 'stage-done':
        return this.stageDone(event);
      case 'examine':
        if (event.index === 1) this.printer.say(`\nexamining ${event.count} models`);
        this.examination.update(event.index - 1, event.count);
    }
  }

  /** Takes bars away. */
  stop(): void {
    this.stage?.stop();
    this.tokens.stop();
    this.examination.stop();
  }

  /** What each model can do, and where to read more. */
  results({ models, stages }: Report, { out, reportPath }: { out: string; reportPath: string }): void {
    const isJudged = models.some(({ exact }) => exact !== null);
    const rows = models.map(({ name, exact, trueReward, meanLength, distinct2 }) => [
      name,
      ...(isJudged
        ? [exact === null ? '' : `${(100 * exact).toFixed(1)} %`, trueReward ? trueReward.mean.toFixed(2) : '']
        : []),
      meanLength.toFixed(1),
      distinct2.toFixed(3),
    ]);
    const head = ['model', ...(isJudged ? ['right answers', 'true reward'] : []), 'tokens', 'distinct-2'];
    this.printer.say();
    if (rows.length > 0) table([head, ...rows], [1, 2, 3, 4]).forEach((line) => this.printer.say(line));
    const seconds = stages.reduce((sum, stage) => sum + stage.seconds, 0);
    this.printer.say(`\nreport  ${reportPath} (${duration(seconds)} in all)`);
    const last = models.filter(({ name }) => ['lora', 'sft', 'ppo'].includes(name)).at(-1);
    if (last) this.printer.say(`chat    ashlar chat --model ${out}/${last.name}`);
  }

  private introduce(): void {
    if (this.isIntroduced) return;
    this.isIntroduced = true;
    const { name, text, rows, preferences, questions, note } = this.data;
    this.printer.say(
      `${name}: ${thousands(text.length)} characters, ${thousands(rows.length)} rows, ${thousands(preferences.length)} pairs, ${thousands(questions.length)} questions`,
    );
    if (note) this.printer.say(note);
  }

  private stageEvent(event: StageEvent): void {
    if (event.type === 'tokenizer') this.tokens.stop();
    this.stage?.show(event);
  }

  private stageDone({ stage, result, skipped }: Of<'stage-done'>): void {
    this.stage?.finish();
    this.stage = null;
    if (skipped) {
      this.introduce();
      this.printer.say(`${stage} is finished: ${result.gained}`);
    } else this.printer.say(`= ${result.gained} (${duration(result.seconds)})`);
  }
}

/** What each stage is for. */
const purposes: Record<Of<'stage-start'>['stage'], string> = {
  tokenizer: 'which pieces of text become tokens',
  pretrain: 'to go on with a text',
  sft: 'to answer, learnt from examples',
  lora: 'the same with small adapters, the model frozen',
  reward: 'to tell the better of two answers',
  ppo: 'to answer better, learnt from the reward model',
  quantize: 'the same model in fewer bits',
};
