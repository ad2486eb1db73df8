// npm run report (after npm run build): what each operation asks of a backend, as Markdown. `node bench/report.mjs wasm` for one.
import { cpu } from '../dist/cpu.js';
import { opReport, reportTable } from '../dist/testing.js';
import { wasm } from '../dist/wasm.js';

const plugins = { cpu, wasm };
const names = process.argv.slice(2);
for (const name of names.length > 0 ? names : Object.keys(plugins))
  console.log(`## ${name}\n\n${reportTable(await opReport(plugins[name]))}\n`);
