import type { ModelFiles } from '../engine/protocol.js';

/** Saves a file of the page on the visitor's disk. */
export function download(name: string, content: BlobPart): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content]));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Saves each file of a model; put into one folder, Python's transformers opens them. */
export function downloadModel(files: ModelFiles): void {
  for (const [name, bytes] of Object.entries(files)) download(name, bytes as Uint8Array<ArrayBuffer>);
}
