import { library } from '@ashlar-internal/config/tsup';

export default library({
  index: 'src/index.ts',
  cpu: 'src/cpu/index.ts',
  wasm: 'src/wasm/index.ts',
  webgl: 'src/webgl/index.ts',
  webgpu: 'src/webgpu/index.ts',
  testing: 'src/testing/index.ts',
});
