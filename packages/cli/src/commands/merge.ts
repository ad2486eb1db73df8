import { saveHuggingFace } from '@ashlar/checkpoint';
import { nodeStore } from '@ashlar/checkpoint/node';
import { numParameters } from '@ashlar/nn';
import { loadAdapter, mergeAdapter, withTokenizer } from '@ashlar/recipe';
import { gpt2ToHuggingFace } from '@ashlar/transformer';
import { openBackend, type BackendFlags } from '../backend.js';
import { adapterFolder, openTrainable } from '../chat-models.js';
import { checkFreeForModel } from '../output-folder.js';
import type { Printer } from '../terminal.js';

export interface MergeFlags extends BackendFlags {
  model: string;
  adapter: string;
  out: string;
  overwrite?: boolean;
}

export async function mergeCommand(flags: MergeFlags, printer: Printer): Promise<number> {
  checkFreeForModel(flags.out, flags.overwrite);
  const adapter = adapterFolder(flags.adapter);
  await openBackend(flags);
  const loaded = await openTrainable(flags.model);
  using model = loaded.model;
  const paths = await loadAdapter(nodeStore(adapter), '', model);
  mergeAdapter(model);
  await saveHuggingFace(nodeStore(flags.out), '', withTokenizer(await gpt2ToHuggingFace(model), loaded));
  printer.say(`adapters of ${paths.length} linear layers are in the weights now`);
  printer.say(`model  ${flags.out}`);
  printer.result({ layers: paths.length, parameters: numParameters(model) });
  return 0;
}
