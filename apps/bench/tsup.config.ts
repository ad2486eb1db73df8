import { library } from '@ashlar-internal/config/tsup';

export default library(
  [
    'src/main.ts',
    'src/serve.ts',
    'src/ashlar.ts',
    'src/tfjs.ts',
    'src/works.ts',
    'src/ashlar-works.ts',
    'src/tfjs-works.ts',
  ],
  {
    format: ['esm'],
    dts: false,
    sourcemap: false,
    noExternal: [/register_all_gradients/],
  },
);
