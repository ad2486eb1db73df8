import { ashlar, jaxJs, node, onnxruntime, program, pytorch, tfjs, type Competitor } from '../../competitors.js';
import type { Result } from '../result.js';
import type { Task } from '../case.js';
import type { Library } from '../libraries.js';

/** A library in a process of its own. */
export interface Rival {
  by: Library;
  backend: Result['backend'];
  competitor: Competitor;
  /** Whether it tells logits. */
  hasLogits?: boolean;
}

const wasm = (by: Library, competitor: Competitor): Rival => ({ by, backend: 'wasm', competitor });
const native = (by: Library, competitor: Competitor): Rival => ({ by, backend: 'cpu', competitor });

const ashlarWorks = node('ashlar', 'Ashlar', './ashlar-works.js');
const javascript = (name: Library) => native(name, node(name, name, '../peers/tokenizers.mjs', name));
const inPython = (command: string, by: Library, library: string) =>
  native(by, program(command, by, by, '../peers/works.py', library));

/** Whether a library is among the packages of `peers/`. */
export const needsPeers = ({ competitor: { program } }: Rival) => program.endsWith('.mjs');

/** Who of `by` does a task, Ashlar first; with a Python those that need one. */
export const rivalsOf = (task: Task, by: readonly Library[], python?: string): Rival[] =>
  allRivals(task, python).filter((rival) => rival.by === 'ashlar' || by.includes(rival.by));

function allRivals({ kind }: Task, python: string | undefined): Rival[] {
  switch (kind) {
    case 'product':
      return [
        wasm('ashlar', ashlarWorks),
        wasm('tfjs', node('tfjs', 'tfjs, wasm', './tfjs-works.js')),
        ...(python
          ? [
              native(
                'onnxruntime-node',
                node('onnxruntime-node', 'onnxruntime-node', '../peers/onnxruntime-works.mjs'),
              ),
              inPython(python, 'pytorch', 'torch'),
            ]
          : []),
      ];
    case 'train':
      return [
        wasm('ashlar', ashlar),
        ...tfjs.map((competitor) => wasm(competitor.name as Library, competitor)),
        wasm('jax-js', jaxJs),
        ...(python ? [native('pytorch', pytorch(python))] : []),
      ];
    case 'generate':
      return [
        { ...wasm('ashlar', ashlar), hasLogits: true },
        wasm('tfjs', tfjs[0]),
        wasm('jax-js', jaxJs),
        ...(python ? [{ ...native('onnxruntime-node', onnxruntime), hasLogits: true }] : []),
      ];
    case 'encode':
      return [
        native('ashlar', ashlarWorks),
        javascript('gpt-tokenizer'),
        javascript('js-tiktoken'),
        ...(python ? [inPython(python, 'tiktoken', 'tiktoken'), inPython(python, 'tokenizers', 'tokenizers')] : []),
      ];
    case 'train-bpe':
      return [native('ashlar', ashlarWorks), ...(python ? [inPython(python, 'tokenizers', 'tokenizers')] : [])];
  }
}
