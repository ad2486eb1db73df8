import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { houseRules } from '../src/house-rules.mjs';

const eslint = new ESLint({
  overrideConfigFile: true,
  overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } }, ...houseRules],
});

/** Messages of the house rules for a source that stands in a package. */
async function complaints(source) {
  const [{ messages }] = await eslint.lintText(source, { filePath: 'packages/toy/src/toy.ts' });
  return messages.map(({ message }) => message.split(/[:.] /)[0]);
}

describe('house rules', () => {
  it.each([
    [
      'tf.variableGrads(loss);',
      'variableGrads without a list differentiates every variable alive, those of other models too',
    ],
    ['const x = Math.random();', 'Math.random cannot be repeated'],
    ['tf.tidy(async () => {});', 'tidy frees at the first await'],
    ["tidy('step', async function () {});", 'tidy frees at the first await'],
  ])('forbid %s', async (source, expected) => expect(await complaints(source)).toEqual([expected]));

  it.each(['tf.variableGrads(loss, list);', 'const x = stream.uniform(0);', 'tf.tidy(() => tf.add(a, b));'])(
    'allow %s',
    async (source) => expect(await complaints(source)).toEqual([]),
  );
});
