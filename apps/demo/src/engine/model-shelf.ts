import { memoryStore, saveHuggingFace, type FileStore } from '@ashlar/checkpoint';
import {
  addChatTokens,
  loadModel,
  loadRewardModel,
  withTokenizer,
  type ChatModel,
  type LoadedModel,
  type LoadedRewardModel,
} from '@ashlar/recipe';
import { gpt2ToHuggingFace } from '@ashlar/transformer';
import { stagesAfter, type ChatStage, type ModelStage } from './model-stages.js';
import type { ModelFiles } from './protocol.js';

/** The models that the stages left, as files; opened where they are needed. */
export class ModelShelf {
  private readonly files = new Map<ModelStage, ModelFiles>();
  private readonly chats = new Map<ChatStage, ChatModel>();
  private writer: LoadedModel | undefined;

  constructor(private readonly seed: number) {}

  has = (stage: ModelStage): boolean => this.files.has(stage);

  /** Puts a model in; what was made from the one before it goes. */
  put(stage: ModelStage, files: ModelFiles): void {
    for (const each of [stage, ...stagesAfter(stage)]) this.drop(each);
    this.files.set(stage, files);
  }

  /** Saves a model that answers, as it is. */
  async save(stage: ChatStage, { model, tokenizer, chat }: ChatModel): Promise<ModelFiles> {
    const store = memoryStore();
    await saveHuggingFace(store, '', withTokenizer(await gpt2ToHuggingFace(model), { tokenizer, chat }));
    this.put(stage, await filesOf(store, ''));
    return this.files.get(stage)!;
  }

  /** A model to talk to; it stays the shelf's. */
  async chat(stage: ChatStage): Promise<ChatModel> {
    const opened = this.chats.get(stage) ?? (await this.open(stage));
    this.chats.set(stage, opened);
    return opened;
  }

  /** A model of one's own to talk to or to train; dispose of it. One that knows no chats gets their tokens. */
  async open(stage: ChatStage): Promise<ChatModel> {
    const { model, tokenizer, chat } = await loadModel(await this.storeOf(stage));
    return chat ? { model, tokenizer, chat } : addChatTokens(model, tokenizer, this.seed);
  }

  async openReward(): Promise<LoadedRewardModel> {
    return loadRewardModel(await this.storeOf('reward'));
  }

  /** The pretrained model, to continue texts with; it stays the shelf's. */
  async textModel(): Promise<LoadedModel> {
    return (this.writer ??= await loadModel(await this.storeOf('pretrain')));
  }

  private drop(stage: ModelStage): void {
    this.files.delete(stage);
    if (stage === 'reward') return;
    this.chats.get(stage)?.model.dispose();
    this.chats.delete(stage);
    if (stage !== 'pretrain') return;
    this.writer?.model.dispose();
    this.writer = undefined;
  }

  private async storeOf(stage: ModelStage): Promise<FileStore> {
    const files = this.files.get(stage);
    if (!files) throw new Error(`There is no model of the step ${stage} yet: run it first.`);
    return memoryStore(Object.entries(files));
  }
}

const MODEL_FILES = [
  'config.json',
  'generation_config.json',
  'model.safetensors',
  'tokenizer.json',
  'tokenizer_config.json',
];

/** The model in a folder, or in a run's folder: there `model`, or before the run has ended `best`. */
export async function filesOf(store: FileStore, folder: string): Promise<ModelFiles> {
  for (const place of [`${folder}/model/`, `${folder}/best/`, folder && `${folder}/`]) {
    const path = place.replace(/^\//, '');
    const files: ModelFiles = {};
    for (const name of MODEL_FILES) {
      const bytes = await store.read(path + name);
      if (bytes) files[name] = bytes;
    }
    if (files['config.json']) return files;
  }
  throw new Error('It was stopped before there was a model.');
}
