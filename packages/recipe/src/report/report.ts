import type { FileStore } from '@ashlar/checkpoint';
import type { RecipeConfig } from '../config/recipe-config.js';
import { fittingQuestions } from '../models/answer.js';
import { loadModel, requireChat } from '../models/model-folder.js';
import { ppoMetrics, type PpoMetrics } from '../recipe/run-record.js';
import type { RecipeData } from '../recipe/recipe-data.js';
import { stageNames } from '../recipe/stage-names.js';
import { readResult, type StageResult } from '../recipe/stage-result.js';
import { encodeRows } from '../stages/supervised.js';
import { examine, type Examination } from './examine.js';
import { sizeChart, rewardChart } from './plots.js';
import { TrainingNgrams } from './regurgitation.js';
import { reportMarkdown } from './report-markdown.js';

/** A model of the run, looked at. */
export interface ExaminedModel extends Examination {
  /** The stage, or how the last model is stored. */
  name: string;
}

/** What came of a run of the recipe. */
export interface Report {
  /** What the text is. */
  name: string;
  note: string | null;
  stages: StageResult[];
  models: ExaminedModel[];
  /** Iteration by iteration; null without PPO. */
  ppo: PpoMetrics | null;
  config: RecipeConfig;
}

/** A model is about to be looked at. */
export interface ReportEvent {
  type: 'examine';
  name: string;
  index: number;
  count: number;
}

export interface ReportContext {
  store: FileStore;
  config: RecipeConfig;
  data: RecipeData;
  signal?: AbortSignal;
}

/**
 * Looks at the models of a run and writes `report.md`, `report.json` and plots. Here and nowhere else is the true reward of
 * the story world read.
 *
 * @returns null when it was told to stop
 */
export async function* report(context: ReportContext): AsyncGenerator<ReportEvent, Report | null> {
  const { store, config, data, signal } = context;
  const results = [];
  for (const stage of stageNames) {
    const result = await readResult(store, stage);
    if (result) results.push(result);
  }
  const models: ExaminedModel[] = [];
  const folders = await modelFolders(store, config);
  let ngrams: TrainingNgrams | undefined;
  for (const [i, name] of folders.entries()) {
    if (signal?.aborted) return null;
    yield { type: 'examine', name, index: i + 1, count: folders.length };
    const loaded = await loadModel(store, name);
    using model = loaded.model;
    const chat = requireChat({ ...loaded, model }, 'report');
    ngrams ??= trainingNgrams(chat, data);
    const { questions, shown, maxNewTokens } = config.report;
    const examination = await examine(chat, {
      questions: fittingQuestions(chat, data.heldOutQuestions, maxNewTokens).slice(0, questions),
      shown,
      maxNewTokens,
      isStoryWorld: data.isStoryWorld,
      seed: config.seed,
      ngrams,
      isBase: name === 'pretrain',
      ...(signal && { signal }),
    });
    models.push({ name, ...examination });
  }
  if (signal?.aborted) return null;
  const ppo = results.some(({ stage }) => stage === 'ppo') ? await ppoMetrics(store, 'ppo') : null;
  const made: Report = { name: data.name, note: data.note, stages: results, models, ppo, config };
  await write(store, made);
  return made;
}

/** Folders of models that are there, in the order of the stages. */
async function modelFolders(store: FileStore, config: RecipeConfig): Promise<string[]> {
  const folders = ['pretrain', 'lora', 'sft', 'ppo', ...config.quantize.schemes.map((scheme) => `quantize/${scheme}`)];
  const there = [];
  for (const folder of folders) {
    const isRun = (await store.size(`${folder}/model/config.json`)) !== null;
    if (isRun || (await store.size(`${folder}/config.json`)) !== null) there.push(folder);
  }
  return there;
}

function trainingNgrams(chat: Parameters<typeof encodeRows>[0], data: RecipeData): TrainingNgrams {
  const ngrams = new TrainingNgrams();
  ngrams.add(chat.tokenizer.encode(data.text, { addSpecialTokens: false }));
  for (const example of encodeRows(chat, data.rows)) if (example) ngrams.add(example.inputIds);
  return ngrams;
}

async function write(store: FileStore, made: Report): Promise<void> {
  const save = (path: string, text: string) => store.write(path, new TextEncoder().encode(text));
  if (made.ppo) await save('plots/reward-kl.svg', rewardChart(made.ppo));
  const sizes = sizeChart(made);
  if (sizes) await save('plots/size-loss.svg', sizes);
  await save('report.json', `${JSON.stringify(made, null, 2)}\n`);
  await save('report.md', reportMarkdown(made));
}
