export type { Dtype, FloatDtype } from './dtypes.js';
export { joinPath, pathIn, type ByteRange, type FileStore } from './file-store.js';
export {
  loadHuggingFace,
  saveHuggingFace,
  type HuggingFaceFolder,
  type LoadedHuggingFaceFolder,
  type SaveHuggingFaceOptions,
} from './hugging-face.js';
export type { JsonObject, JsonValue } from './json.js';
export { memoryStore } from './memory-store.js';
export { openSafetensors, type SafetensorsFile } from './open-safetensors.js';
export { decodeSafetensors, encodeSafetensors, type Safetensors, type SafetensorsOptions } from './safetensors.js';
export {
  loadTrainingState,
  saveTrainingState,
  type LoadedTrainingState,
  type Progress,
  type TrainingState,
} from './training-state.js';
