const { floorRules } = require('./tooling/checks/src/floor-rules.cjs');

module.exports = {
  forbidden: floorRules(require('./tooling/checks/floors.json')),
  options: {
    doNotFollow: { path: 'node_modules|dist' },
    exclude: { path: '(^|/)(dist|reports|\\.turbo)/|/apps/bench/peers/' },
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@ashlar/source', 'import', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.cjs', '.json'],
    },
  },
};
