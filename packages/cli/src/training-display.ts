import type { StageEvent, TrainEvent } from '@ashlar/recipe';
import cliProgress from 'cli-progress';
import { duration, fixed, quoted, thousands } from './format.js';
import { headLine } from './head-line.js';
import type { Printer } from './terminal.js';

type Of<Type extends StageEvent['type']> = Extract<StageEvent, { type: Type }>;
type StepEvent = Extract<TrainEvent, { type: 'step' }>;

/** Shows a training: a bar where somebody watches, else a line now and then; and counts what it sees. */
export class TrainingDisplay {
  private bars: cliProgress.MultiBar | null;
  private bar: cliProgress.SingleBar | undefined;
  /** Whether samples are answers. */
  private isChat = false;
  /** What a loss is a mean over. */
  private unit = 'tokens';
  private steps = 0;
  private stepsSeen = 0;
  private tokensSeen = 0;
  private millisecondsSeen = 0;
  private losses: number[] = [];
  private heldOut = '';
  /** The last answers of PPO. */
  private rollout: Of<'rollout'> | undefined;

  /** @param head is not said before it is certain that training begins: until then it may be refused */
  constructor(
    private readonly printer: Printer,
    private head: readonly string[] = [],
  ) {
    const bar = ' {bar} {step}/{steps}  {figures}  {left} left';
    this.bars = printer.showsBars
      ? new cliProgress.MultiBar(
          { format: bar, clearOnComplete: true, hideCursor: true, barsize: 24 },
          cliProgress.Presets.rect,
        )
      : null;
  }

  /** Mean milliseconds of the steps that were seen; null without any. */
  get msPerStep(): number | null {
    return this.stepsSeen === 0 ? null : this.millisecondsSeen / this.stepsSeen;
  }

  get tokensPerSecond(): number | null {
    return this.stepsSeen === 0 ? null : (1000 * this.tokensSeen) / this.millisecondsSeen;
  }

  show(event: StageEvent): void {
    const head = headLine(event);
    if (head !== null) this.head = [...this.head, head];
    switch (event.type) {
      case 'rows':
        this.isChat = true;
        return;
      case 'pairs':
        this.unit = 'pairs';
        return;
      case 'start':
        return this.start(event);
      case 'step':
        return this.step(event);
      case 'evaluation':
        return this.evaluation(event);
      case 'sample':
        for (const { prompt, text } of event.samples)
          this.line(quoted(this.isChat ? asked(prompt, text) : `${prompt}${text}`.trim()));
        return;
      case 'rollout':
        this.rollout = event;
        return;
      case 'checkpoint':
        if (this.rollout) this.iteration(this.rollout);
        return;
      case 'stored': {
        const { scheme, bytes, loss } = event.stored;
        const held = loss === null ? '' : `, held-out loss ${loss.toFixed(4)}`;
        return this.line(`${scheme.padEnd(12)} ${thousands(bytes)} bytes${held}`);
      }
    }
  }

  /** Says what is left to say, and takes the bar away. */
  finish(): void {
    this.sayHead();
    this.stop();
  }

  /** Takes the bar away. */
  stop(): void {
    this.bars?.stop();
    this.bars = null;
  }

  private start({ step, steps, passedOver }: Of<'start'>): void {
    this.sayHead();
    for (const reason of passedOver) this.line(`passed over  ${reason}`);
    if (step > 0) this.line(`resumed      after step ${thousands(step)}`);
    this.steps = steps;
    this.bar = this.bars?.create(steps, step, { step, steps, figures: '', left: '-' });
  }

  private step({ step, loss, weight, milliseconds }: StepEvent): void {
    this.stepsSeen++;
    this.tokensSeen += weight;
    this.millisecondsSeen += milliseconds;
    this.losses.push(loss);
    const figures = this.rollout
      ? rewards(this.rollout)
      : `loss ${mean(this.losses.slice(-20)).toFixed(3)}  held-out ${this.heldOut || '-'}  ${this.speed()}`;
    this.bar?.update(step, { step, figures, left: this.left(step) });
  }

  private evaluation({ step, loss, metrics }: Of<'evaluation'>): void {
    this.heldOut = loss.toFixed(3);
    const training = this.losses.length > 0 ? `  loss ${mean(this.losses).toFixed(3)}` : '';
    const { accuracy } = metrics;
    const right = accuracy === undefined ? '' : `  accuracy ${(100 * accuracy).toFixed(1)} %`;
    const pace = this.stepsSeen > 0 ? `  ${this.speed()}  ${this.left(step)} left` : '';
    this.line(`step ${step}/${this.steps}${training}  held-out ${this.heldOut}${right}${pace}`);
    this.losses = [];
  }

  private iteration(rollout: Of<'rollout'>): void {
    const { step, samples } = rollout;
    this.line(`iteration ${step}/${this.steps}  ${rewards(rollout)}  ${this.left(step)} left`);
    const { promptText, completionText } = samples[0]!;
    if (promptText !== undefined && completionText !== undefined) this.line(quoted(asked(promptText, completionText)));
  }

  private speed(): string {
    return `${thousands(this.tokensPerSecond ?? 0)} ${this.unit}/s`;
  }

  private left(step: number): string {
    return duration(((this.msPerStep ?? 0) * (this.steps - step)) / 1000);
  }

  private sayHead(): void {
    for (const line of this.head) this.line(line);
    this.head = [];
  }

  private line(text: string): void {
    if (this.bars && this.bar) this.bars.log(`${text}\n`);
    else this.printer.say(text);
  }
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const rewards = ({ scores, kl }: Of<'rollout'>) => `reward ${fixed(mean(scores))}  KL ${fixed(mean(kl))} nats`;

const asked = (question: string, answer: string) => `${question.trim()}\n> ${answer.trim()}`;
