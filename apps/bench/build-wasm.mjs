// npm run build:wasm: compiles the loops of @ashlar/ops and of assembly/, and writes them as base64 into
// src/generated/loops.ts.
import asc from 'assemblyscript/asc';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('.', import.meta.url)));
let bytes;
const options = '--baseDir ../.. -O3 --runtime stub --noAssert --initialMemory 1 --enable simd -o loops.wasm';
const loops = [
  'packages/ops/assembly/peak.ts',
  'packages/ops/assembly/read.ts',
  'apps/bench/assembly/copy.ts',
  'apps/bench/assembly/products.ts',
];
const { error, stderr } = await asc.main([...loops, ...options.split(' ')], {
  writeFile: (_name, contents) => void (bytes = contents),
});
if (error) throw new Error(`the loops do not compile:\n${stderr.toString()}`);
mkdirSync('src/generated', { recursive: true });
writeFileSync(
  'src/generated/loops.ts',
  `// Written by build-wasm.mjs; not committed.\nexport const loops =\n  '${Buffer.from(bytes).toString('base64')}';\n`,
);
console.log(`loops: ${bytes.length} bytes`);
