/** The memory of tfjs 4.22's single-threaded builds as their memory section has it: 256 to 65,536 pages, not shared. */
const memorySection = [5, 7, 1, 1, 0x80, 0x02, 0x80, 0x80, 0x04];
const limitsByte = 3;
const sharedLimits = 3;

/**
 * Starts tfjs's single-threaded build with a memory that threads share: one byte of the module says whether they do. tfjs's
 * own build for threads starts workers that keep Node alive and break in a minified page; ours need none of that.
 */
export async function withSharedMemory<T>(start: () => Promise<T>): Promise<T> {
  const wasm = WebAssembly as {
    instantiate: (source: BufferSource | WebAssembly.Module, imports?: WebAssembly.Imports) => Promise<unknown>;
    instantiateStreaming?: (source: Response | Promise<Response>, imports?: WebAssembly.Imports) => Promise<unknown>;
  };
  const { instantiate, instantiateStreaming } = wasm;
  wasm.instantiate = (source, imports) =>
    instantiate(source instanceof WebAssembly.Module ? source : withSharedLimits(source), imports);
  if (instantiateStreaming)
    wasm.instantiateStreaming = async (source, imports) =>
      wasm.instantiate(await (await source).arrayBuffer(), imports);
  try {
    return await start();
  } finally {
    Object.assign(wasm, { instantiate, ...(instantiateStreaming && { instantiateStreaming }) });
  }
}

/** A module with tfjs's memory as one whose memory is shared; any other module as it is. */
export function withSharedLimits(source: BufferSource): BufferSource {
  const bytes = ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
  const section = findSection(bytes, memorySection[0]!);
  if (memorySection.some((byte, i) => bytes[section + i] !== byte)) return source;
  const copy = bytes.slice();
  copy[section + limitsByte] = sharedLimits;
  return copy;
}

/** Where the section with this number begins, or the end. */
function findSection(bytes: Uint8Array, wanted: number): number {
  let position = 8;
  while (position < bytes.length && bytes[position] !== wanted) {
    let [length, shift] = [0, 0];
    do {
      position++;
      length |= (bytes[position]! & 127) << shift;
      shift += 7;
    } while (bytes[position]! >= 128);
    position += 1 + length;
  }
  return position;
}
