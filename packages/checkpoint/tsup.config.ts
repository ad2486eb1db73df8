import { library } from '@ashlar-internal/config/tsup';

export default library({
  index: 'src/index.ts',
  node: 'src/node.ts',
  opfs: 'src/opfs.ts',
  testing: 'src/testing.ts',
});
