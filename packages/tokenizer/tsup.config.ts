import { library } from '@ashlar-internal/config/tsup';

export default library({
  index: 'src/index.ts',
  bpe: 'src/bpe.ts',
  chat: 'src/chat/index.ts',
  sentencepiece: 'src/sentencepiece/to-json.ts',
  'training-worker': 'src/training/training-worker.ts',
});
