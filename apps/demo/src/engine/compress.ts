/** The gzip file of some bytes. */
export const compress = (bytes: Blob): Promise<Uint8Array> => through(bytes, new CompressionStream('gzip'));

export const decompress = (bytes: Uint8Array): Promise<Uint8Array> =>
  through(new Blob([bytes as BlobPart]), new DecompressionStream('gzip'));

async function through(blob: Blob, transform: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const stream = blob
    .stream()
    .pipeThrough(transform as ReadableWritablePair<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
