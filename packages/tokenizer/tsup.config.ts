import { library } from '@ashlar-internal/config/tsup';

export default library({ index: 'src/index.ts', chat: 'src/chat/index.ts' });
