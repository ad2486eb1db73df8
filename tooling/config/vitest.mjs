import { playwright } from '@vitest/browser-playwright';
import { defaultClientConditions, defaultServerConditions } from 'vite';
import { defineConfig, mergeConfig } from 'vitest/config';
import { chromiumArgs, findChromium } from './browser.mjs';
import CountReporter from './reporter.mjs';

// tests read the sources of our packages, so that nothing has to be built first
const source = '@ashlar/source';
const resolve = {
  resolve: { conditions: [source, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [source, ...defaultServerConditions], externalConditions: [source, 'node'] } },
};

/** Node tests: every `*.test.ts` that is not a `*.browser.test.ts`. `suite` names their report. */
export const nodeTests = (over = {}, suite = 'node') =>
  defineConfig(
    mergeConfig(
      {
        ...resolve,
        test: {
          include: ['{src,test}/**/*.test.ts'],
          exclude: ['**/*.browser.test.ts', '**/node_modules/**'],
          reporters: ['default', new CountReporter(suite)],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      over,
    ),
  );

// a page gets SharedArrayBuffer (and tfjs its threaded build) only when it is cross-origin isolated
const isolated = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

/** Browser tests: `*.browser.test.ts` in the system's Chromium, software GPU, cross-origin isolated. */
export const browserTests = (over = {}) => {
  const executablePath = findChromium();
  if (!executablePath)
    throw new Error(
      'browser tests: no Chromium found. Install one (Debian: apt-get install -y chromium) or set CHROMIUM_PATH.',
    );
  return defineConfig(
    mergeConfig(
      {
        ...resolve,
        server: { headers: isolated },
        test: {
          include: ['{src,test}/**/*.browser.test.ts'],
          reporters: ['default', new CountReporter('browser')],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            api: { host: '127.0.0.1' },
            provider: playwright({ launchOptions: { executablePath, args: chromiumArgs } }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      over,
    ),
  );
};
