import { groups } from '../suite/case.js';
import { ratioText } from '../tables.js';
import { checkText, milliseconds, plotsOf, rateText, whoText } from '../suite/report.js';
import { isRight, type BenchFile, type Result } from '../suite/result.js';
import { pageBackends } from '../suite/page-backends.js';
import type { SuiteOrder } from './messages.js';
import { runPage } from './run.js';

const find = <E extends Element>(selector: string) => document.querySelector<E>(selector)!;
const form = find<HTMLFormElement>('form');
const [run, stop, download] = ['#run', '#stop', '#download'].map((id) => find<HTMLButtonElement>(id)) as [
  HTMLButtonElement,
  HTMLButtonElement,
  HTMLButtonElement,
];
const status = find<HTMLElement>('#status');
const table = find<HTMLTableElement>('table');
const body = table.tBodies[0]!;

/** What the address asks for: `?backend=wasm,wasm-threads&threads=2&only=train&quick=1&peers=1&run=1`. */
const address = new URLSearchParams(location.search);
const listed = (name: string) => address.get(name)?.split(',').filter(Boolean);

function addBoxes(fieldset: HTMLElement, name: string, values: readonly string[], chosen: readonly string[]): void {
  for (const value of values) {
    const label = document.createElement('label');
    const box = document.createElement('input');
    Object.assign(box, { type: 'checkbox', name, value, checked: chosen.includes(value) });
    label.append(box, ` ${value}`);
    fieldset.append(label);
  }
}
const only = listed('only');
const threads = Number(address.get('threads') ?? 2);
addBoxes(find('#backends'), 'backend', pageBackends, listed('backend') ?? pageBackends);
addBoxes(find('#groups'), 'group', groups, only ?? groups);
for (const name of ['quick', 'peers']) find<HTMLInputElement>(`[name=${name}]`).checked = address.has(name);

let file: BenchFile | undefined;
let running: AbortController | undefined;

function state(name: 'running' | 'done' | 'failed' | 'stopped', text: string): void {
  document.body.dataset['state'] = name;
  status.textContent = text;
  run.disabled = name === 'running';
  stop.disabled = name !== 'running';
  download.disabled = !file;
}

function addRow(result: Result): void {
  const { work, medianMs, ratio, p10Ms, p90Ms, firstMs, batch, perSecond, unit } = result;
  const row = body.insertRow();
  row.dataset['status'] = result.status;
  const isRanked = isRight(result);
  const cells = [
    work,
    whoText(result),
    result.status,
    milliseconds(medianMs),
    medianMs === undefined ? '' : `${milliseconds(p10Ms)}-${milliseconds(p90Ms)}`,
    milliseconds(firstMs),
    batch === undefined ? '' : String(batch),
    isRanked ? rateText(perSecond, unit) : '',
    isRanked && ratio ? ratioText(ratio) : '',
    checkText(result),
  ];
  for (const text of cells) row.insertCell().textContent = text;
}

/** SVG of our own making, as elements of the page. */
function showPlots(of: BenchFile): void {
  const images = plotsOf(of).map(([, text]) => new DOMParser().parseFromString(text, 'image/svg+xml').documentElement);
  find('#plots').replaceChildren(...images);
}

async function start(): Promise<void> {
  const chosen = new FormData(form);
  const single = only?.filter((name) => !(groups as readonly string[]).includes(name)) ?? [];
  const wanted = [...(chosen.getAll('group') as string[]), ...single];
  const backends = chosen.getAll('backend') as (typeof pageBackends)[number][];
  const plan = {
    backends: backends.filter((name): name is SuiteOrder['backend'] => name !== 'wasm-threads'),
    only: wanted,
    isQuick: chosen.has('quick'),
    threads: backends.includes('wasm-threads') ? threads : 1,
    peers: chosen.has('peers'),
  };
  file = undefined;
  body.replaceChildren();
  find('#plots').replaceChildren();
  table.hidden = false;
  running = new AbortController();
  state('running', 'Starting.');
  const failures: string[] = [];
  try {
    file = await runPage(
      plan,
      {
        onCase: (backend, work) => (status.textContent = `${backend}: ${work}`),
        onResults: (results) => results.forEach(addRow),
        onFailure: (backend, message) => failures.push(`${backend}: ${message}`),
      },
      running.signal,
    );
    showPlots(file);
    state('done', ['Done.', ...failures].join(' '));
  } catch (error) {
    const { message } = error as Error;
    state(message === 'stopped' ? 'stopped' : 'failed', [message, ...failures].join(' '));
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void start();
});
stop.addEventListener('click', () => running?.abort());
download.addEventListener('click', () => {
  const url = URL.createObjectURL(new Blob([JSON.stringify(file, null, 2)], { type: 'application/json' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: 'ashlar-bench.json' });
  link.click();
  URL.revokeObjectURL(url);
});
if (address.has('run')) void start();
