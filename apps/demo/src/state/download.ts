import { model } from './run.js';

/** Saves each file of the model; put into one folder, Python's transformers opens them. */
export function downloadModel(): void {
  for (const [name, bytes] of Object.entries(model.value ?? {})) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]));
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
  }
}
