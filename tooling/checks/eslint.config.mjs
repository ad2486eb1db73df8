import { join } from 'node:path';
import tseslint from 'typescript-eslint';
import { houseRules } from './src/house-rules.mjs';

const root = join(import.meta.dirname, '..', '..');

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '**/.turbo/**',
      '**/reports/**',
      '.tools/**',
      '**/generated/**',
      'packages/ops/assembly/**',
      'apps/bench/assembly/**',
      'apps/bench/peers/**',
      '**/.packs/**',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  { files: ['**/*.{ts,tsx}'], languageOptions: { parser: tseslint.parser } },
  {
    files: ['packages/*/{src,test}/**/*.ts', 'apps/*/src/**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // numbers and shapes in sentences are what our errors are made of
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowArray: true },
      ],
      // an async generator or an interface's async method may have nothing to wait for
      '@typescript-eslint/require-await': 'off',
      // JSON, and the types of tfjs: Variable<any>, interfaces with methods that are functions, ranks to be asserted
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
      // how a class gets a method under our own disposable symbol
      '@typescript-eslint/no-unsafe-declaration-merging': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  ...houseRules,
);
