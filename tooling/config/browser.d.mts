/** Path of a Chromium-family browser, or null. `CHROMIUM_PATH` wins and must exist when set. */
export function findChromium(env?: NodeJS.ProcessEnv): string | null;

/** Flags for a headless Chromium with software WebGL2 and WebGPU, on a machine with no GPU and as root. */
export const chromiumArgs: string[];
