// npm run build:wasm: compiles assembly/loops.ts and writes it as base64 into src/generated/loops.ts.
import asc from 'assemblyscript/asc';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('.', import.meta.url)));
let bytes;
const options = 'assembly/loops.ts -O3 --runtime stub --noAssert --initialMemory 1 --enable simd -o loops.wasm';
// the loop of @ashlar/ops stands above this folder
const { error, stderr } = await asc.main(
  ['--baseDir', '../..', ...options.replaceAll('assembly/', 'apps/bench/assembly/').split(' ')],
  {
    writeFile: (_name, contents) => void (bytes = contents),
  },
);
if (error) throw new Error(`the loops do not compile:\n${stderr.toString()}`);
mkdirSync('src/generated', { recursive: true });
writeFileSync(
  'src/generated/loops.ts',
  `// Written by build-wasm.mjs from assembly/loops.ts; not committed.\nexport const loops =\n  '${Buffer.from(bytes).toString('base64')}';\n`,
);
console.log(`loops: ${bytes.length} bytes`);
