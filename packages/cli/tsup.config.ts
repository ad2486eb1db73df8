import { library } from '@ashlar-internal/config/tsup';

export default library({ main: 'src/main.ts' }, { format: ['esm'], dts: false });
