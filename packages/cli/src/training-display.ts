import type { PretrainEvent, TrainEvent } from '@ashlar/recipe';
import cliProgress from 'cli-progress';
import { duration, quoted, thousands } from './format.js';
import type { Printer } from './terminal.js';

type StepEvent = Extract<TrainEvent, { type: 'step' }>;

/** Shows a pretraining: a bar where somebody watches, else a line for each evaluation; and counts what it sees. */
export class TrainingDisplay {
  private bars: cliProgress.MultiBar | null;
  private bar: cliProgress.SingleBar | undefined;
  private steps = 0;
  private stepsSeen = 0;
  private tokensSeen = 0;
  private millisecondsSeen = 0;
  private losses: number[] = [];
  private heldOut = '';

  constructor(private readonly printer: Printer) {
    const bar = ' {bar} {step}/{steps}  loss {loss}  held-out {heldOut}  {speed} tokens/s  {left} left';
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

  show(event: PretrainEvent): void {
    switch (event.type) {
      case 'tokenizer':
        return this.line(`tokenizer    ${thousands(event.vocabSize)} tokens`);
      case 'tokens':
        return this.line(
          `text         ${thousands(event.characters)} characters: ${thousands(event.training)} tokens to learn from, ${thousands(event.heldOut)} held out`,
        );
      case 'model': {
        const { numLayers, numHeads, hiddenSize, contextLength } = event.config;
        return this.line(
          `model        ${thousands(event.parameters)} parameters: ${numLayers} layers of ${hiddenSize}, ${numHeads} heads, context ${contextLength}`,
        );
      }
      case 'start':
        return this.start(event.step, event.steps, event.passedOver);
      case 'step':
        return this.step(event);
      case 'evaluation':
        return this.evaluation(event.step, event.loss);
      case 'sample':
        for (const { prompt, text } of event.samples) this.line(quoted(`${prompt}${text}`.trim()));
        return;
    }
  }

  /** Takes the bar away. */
  stop(): void {
    this.bars?.stop();
    this.bars = null;
  }

  private start(step: number, steps: number, passedOver: readonly string[]): void {
    for (const reason of passedOver) this.line(`passed over  ${reason}`);
    if (step > 0) this.line(`resumed      after step ${thousands(step)}`);
    this.steps = steps;
    this.bar = this.bars?.create(steps, step, { step, steps, loss: '-', heldOut: '-', speed: '-', left: '-' });
  }

  private step({ step, loss, weight, milliseconds }: StepEvent): void {
    this.stepsSeen++;
    this.tokensSeen += weight;
    this.millisecondsSeen += milliseconds;
    this.losses.push(loss);
    this.bar?.update(step, {
      step,
      loss: mean(this.losses.slice(-20)).toFixed(3),
      heldOut: this.heldOut || '-',
      ...this.pace(step),
    });
  }

  private evaluation(step: number, loss: number): void {
    this.heldOut = loss.toFixed(3);
    const training = this.losses.length > 0 ? `  loss ${mean(this.losses).toFixed(3)}` : '';
    const { speed, left } = this.pace(step);
    const pace = this.stepsSeen > 0 ? `  ${speed} tokens/s  ${left} left` : '';
    this.line(`step ${step}/${this.steps}${training}  held-out ${this.heldOut}${pace}`);
    this.losses = [];
  }

  private pace(step: number): { speed: string; left: string } {
    const perStep = this.msPerStep ?? 0;
    return { speed: thousands(this.tokensPerSecond ?? 0), left: duration((perStep * (this.steps - step)) / 1000) };
  }

  private line(text: string): void {
    if (this.bars && this.bar) this.bars.log(`${text}\n`);
    else this.printer.say(text);
  }
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
