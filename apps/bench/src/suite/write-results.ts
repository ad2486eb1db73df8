import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { plotsOf, suiteMarkdown } from './report.js';
import type { BenchFile } from './result.js';
import { violations } from './schema.js';

/**
 * Writes a file of results, and beside it the tables and the plots that it gives; the paths, the JSON first.
 * @throws Error when the results are not as the schema has them
 */
export function writeResults(file: BenchFile, out: string): string[] {
  const wrong = violations(JSON.parse(JSON.stringify(file)));
  if (wrong.length > 0) throw new Error(`The results do not fit the schema: ${wrong[0]}.`);
  const stem = out.replace(/\.json$/, '');
  const files: [path: string, text: string][] = [
    [out, `${JSON.stringify(file, null, 2)}\n`],
    [`${stem}.md`, suiteMarkdown(file)],
    ...plotsOf(file).map(([name, svg]): [string, string] => [`${stem}-${name}.svg`, svg]),
  ];
  mkdirSync(dirname(out), { recursive: true });
  for (const [path, text] of files) writeFileSync(path, text);
  return files.map(([path]) => path);
}
