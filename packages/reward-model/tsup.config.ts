import { library } from '@ashlar-internal/config/tsup';

export default library();
