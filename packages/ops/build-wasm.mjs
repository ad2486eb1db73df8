// npm run build:wasm: compiles assembly/index.ts twice (plain and shared memory), refuses a module that could touch
// memory of tfjs, and writes the plain one as base64, where the other differs, and what a worker runs as text, into
// src/wasm/generated/modules.ts.
import asc from 'assemblyscript/asc';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const common =
  'assembly/index.ts -O3 --runtime stub --noAssert --importMemory --noExportMemory --initialMemory 1 --enable simd';
const shared = '--sharedMemory --enable threads --maximumMemory 65536';
const forbiddenSections = { 4: 'table', 6: 'global', 8: 'start', 9: 'element', 11: 'data' };

/** Names of what a module must not contain: own data would lie inside tfjs's, and only env.memory may be imported. */
function violations(bytes) {
  const found = [];
  let position = 8;
  const leb = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[position++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
  };
  while (position < bytes.length) {
    const section = forbiddenSections[bytes[position++]];
    const length = leb();
    if (section && bytes[position] !== 0) found.push(section);
    position += length;
  }
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes)).map(
    ({ module, name }) => `${module}.${name}`,
  );
  return [...found, ...imports.filter((name) => name !== 'env.memory').map((name) => `import ${name}`)];
}

async function compile(options) {
  let bytes;
  const { error, stderr } = await asc.main([...`${common} ${options}`.trim().split(' '), '-o', 'module.wasm'], {
    writeFile: (_name, contents) => void (bytes = contents),
  });
  if (error) throw new Error(`the wasm kernels do not compile:\n${stderr.toString()}`);
  const bad = violations(bytes);
  if (bad.length > 0) throw new Error(`the wasm module must not contain ${bad.join(', ')}`);
  return bytes;
}

/** How one module becomes another: bytes of `a` from `start` up to `end` give way to `bytes`. Only a few may. */
function difference(a, b) {
  let [start, same] = [0, 0];
  while (a[start] === b[start]) start++;
  while (a.at(-1 - same) === b.at(-1 - same)) same++;
  const end = a.length - same;
  if (end - start > 64) throw new Error(`the modules for plain and shared memory differ in ${end - start} bytes`);
  return { start, end, bytes: [...b.slice(start, b.length - same)] };
}

/** src/wasm/threads/worker.ts as a script that begins to listen: a bundler cannot lose it, and it needs no file of its own. */
function workerScript() {
  const source = readFileSync('src/wasm/threads/worker.ts', 'utf8');
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, removeComments: true },
  });
  return `((exports) => {\n${outputText}\nlisten();\n})({});`;
}

process.chdir(fileURLToPath(new URL('.', import.meta.url)));
const [plain, forShared] = [await compile(''), await compile(shared)];
console.log(`module: ${plain.length} bytes`);
const lines = [
  '// Written by build-wasm.mjs from assembly/*.ts; not committed.',
  `export const plainModule =\n  '${Buffer.from(plain).toString('base64')}';`,
  `export const sharedDifference = ${JSON.stringify(difference(plain, forShared))};`,
  `export const workerText =\n  ${JSON.stringify(workerScript())};`,
];
mkdirSync('src/wasm/generated', { recursive: true });
writeFileSync('src/wasm/generated/modules.ts', `${lines.join('\n')}\n`);
