import type { ExaminedModel, Report } from './report.js';
import { storedModels } from './stored-models.js';

/** A report as a page to read. */
export function reportMarkdown(report: Report): string {
  const sections = [overview(report), stageTable(report), examination(report), ...answers(report)];
  return `${[...sections, rewardModel(report), ppo(report), sizes(report), curves(report)].filter(Boolean).join('\n\n')}\n`;
}

function overview({ name, note, stages, config }: Report): string {
  const { numLayers, hiddenSize, contextLength } = config.model;
  const seconds = stages.reduce((sum, stage) => sum + stage.seconds, 0);
  const parameters = stages.find(({ stage }) => stage === 'pretrain')?.parameters;
  const size = parameters ? `, ${grouped(parameters)} values` : '';
  return [
    `# From ${name} to a model that answers`,
    `A GPT-2 of ${numLayers} layers of ${hiddenSize}${size}, with a context of ${contextLength} tokens, in ${Math.round(seconds)} seconds.`,
    ...(note ? [`> ${note}`] : []),
  ].join('\n\n');
}

function stageTable({ stages }: Report): string {
  const all = stages.reduce((sum, { flops }) => sum + flops, 0);
  const rows = stages.map(({ stage, examples, tokens, parameters, flops, seconds, gained }) => [
    stage,
    grouped(examples),
    grouped(tokens),
    grouped(parameters),
    flops.toExponential(1),
    all === 0 ? '' : percent(flops / all),
    seconds.toFixed(1),
    gained,
  ]);
  const head = ['stage', 'examples', 'tokens', 'trained values', 'FLOPs', 'share', 'seconds', 'gained'];
  return `## The stages\n\n${table(head, rows)}`;
}

function examination({ models }: Report): string {
  const isJudged = models.some(({ exact }) => exact !== null);
  const rows = models.map(({ name, exact, trueReward, meanLength, distinct2, regurgitation }) => [
    name,
    ...(isJudged
      ? [
          exact === null ? '' : percent(exact),
          trueReward ? `${trueReward.mean.toFixed(2)} ± ${trueReward.deviation.toFixed(2)}` : '',
        ]
      : []),
    meanLength.toFixed(1),
    distinct2.toFixed(3),
    percent(regurgitation),
  ]);
  const judged = isJudged ? ['exact', 'true reward'] : [];
  return [
    '## What each model can do',
    'Held-out questions, whose combinations no stage has seen. Exact: the likeliest answer is right. The rest is of one answer ' +
      'sampled at temperature 1 to each: its true reward with the deviation between answers, its tokens, distinct-2 (different ' +
      'pairs of neighbouring tokens as a share of all), and regurgitation: the share of its runs of 8 tokens that stand in the ' +
      'texts it was trained on, verbatim (for the pretrained model: of what it writes without a question).',
    table(['model', ...judged, 'tokens', 'distinct-2', 'regurgitation'], rows),
  ].join('\n\n');
}

function answers({ models }: Report): string[] {
  const questions = models[0]?.answers.map(({ question }) => question) ?? [];
  if (questions.length === 0) return [];
  const sections = questions.map((question, i) => {
    const rows = models.map((model: ExaminedModel) => [model.name, model.answers[i]!.answer]);
    return `**${question.trim()}**\n\n${table(['model', 'likeliest answer'], rows)}`;
  });
  return ['## The same questions, after each stage', ...sections];
}

function rewardModel({ stages }: Report): string | null {
  const measures = stages.find(({ stage }) => stage === 'reward')?.measures;
  if (!measures) return null;
  const labels: Record<string, string> = {
    accuracy: 'prefers the better answer',
    accuracyOfEqualLength: 'the same, of answers of equal length',
    longerIsBetter: 'how often the longer answer is the better one',
  };
  const shares = Object.entries(measures).flatMap(([name, value]) => {
    const difference = /^accuracyOn\.(.*)$/.exec(name)?.[1];
    const label = difference === undefined ? labels[name] : `prefers it where they differ in: ${difference}`;
    return label ? [[label, percent(value)]] : [];
  });
  const correlation = measures['correlationWithLength'];
  const rows = [
    ...shares,
    ...(correlation === undefined ? [] : [['correlation of its score with length', correlation.toFixed(2)]]),
  ];
  return `## The reward model\n\n${table(['on held-out pairs', ''], rows)}`;
}

function ppo({ ppo: metrics, models }: Report): string | null {
  if (!metrics) return null;
  const of = (name: string) => models.find((model) => model.name === name);
  const [before, after] = [of('sft'), of('ppo')];
  const gained = before?.trueReward && after?.trueReward ? after.trueReward.mean - before.trueReward.mean : null;
  const lines = [
    '## Reward against KL',
    '![Reward and KL divergence, iteration by iteration](plots/reward-kl.svg)',
    'PPO saw the reward model alone.',
  ];
  if (gained !== null) {
    const { deviation } = before!.trueReward!;
    const share =
      deviation > 0 ? `, which is ${(gained / deviation).toFixed(2)} of the deviation between answers before it` : '';
    lines.push(
      `The true reward moved by ${gained.toFixed(2)}${share}. Distinct-2 went from ${before!.distinct2.toFixed(3)} to ${after!.distinct2.toFixed(3)}.`,
    );
  }
  return lines.join('\n\n');
}

function sizes(report: Report): string | null {
  const stored = storedModels(report);
  if (stored.length === 0) return null;
  const [full] = stored;
  const rows = stored.map(({ scheme, bytes, loss, tokensPerSecond }) => [
    scheme,
    grouped(bytes),
    (bytes / full!.bytes).toFixed(2),
    loss.toFixed(4),
    (loss - full!.loss).toFixed(4),
    tokensPerSecond.toFixed(0),
  ]);
  return [
    '## Size against loss',
    '![Held-out loss against size](plots/size-loss.svg)',
    table(['stored as', 'bytes', 'of float32', 'held-out loss', 'more', 'tokens a second'], rows),
  ].join('\n\n');
}

function curves({ stages }: Report): string {
  const trained = stages.map(({ stage }) => stage).filter((stage) => !['tokenizer', 'quantize'].includes(stage));
  return ['## The losses', ...trained.map((stage) => `![Loss of ${stage}](${stage}/loss.svg)`)].join('\n\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ⏎ ');
const grouped = (value: number) => value.toLocaleString('en-US');
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
