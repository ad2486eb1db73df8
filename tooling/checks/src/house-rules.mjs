/** What the design forbids, as ESLint rules: each one with its reason in the message. */
const syntax = [
  {
    selector: "CallExpression[callee.property.name='variableGrads'][arguments.length<2]",
    message: 'variableGrads without a list differentiates every variable alive, those of other models too: name them.',
  },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'Math.random cannot be repeated: draw from a RandomStream of @ashlar/ops.',
  },
  {
    selector: "CallExpression:matches([callee.name='tidy'], [callee.property.name='tidy']) > :function[async=true]",
    message: 'tidy frees at the first await: compute in it synchronously, wait outside.',
  },
];

export const houseRules = [
  {
    files: ['packages/*/src/**/*.ts', 'apps/*/src/**/*.{ts,tsx}'],
    rules: { 'no-restricted-syntax': ['error', ...syntax] },
  },
];
