const { builtinModules } = require('node:module');

const nodeModules = builtinModules.filter((name) => !/[_/]/.test(name));

/**
 * Rules for dependency-cruiser, made from the one list of floors (`floors.json`, lowest floor first): a package imports
 * from lower floors, and sideways only along the arrows listed there. Apps stand on top of everything.
 */
function floorRules({ floors, sideways }) {
  const names = Object.keys(floors);
  const rules = [
    {
      name: 'no-circle',
      severity: 'error',
      comment: 'Two files that import each other are one file, or miss a third.',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-package-imports-an-app',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(apps|tooling/scripts|tooling/checks)/' },
    },
    {
      name: 'no-reach-into-files',
      severity: 'error',
      comment: 'Another package is imported by its name, never by its files.',
      from: { path: '^(packages|apps)/([^/]+)/' },
      to: { path: '^(packages|apps)/', pathNot: '^$1/$2/', dependencyTypes: ['local'] },
    },
    {
      name: 'not-in-package-json',
      severity: 'error',
      from: { path: '^(packages|apps)/[^/]+/src/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown'] },
    },
    {
      name: 'browser-entry-reaches-node',
      severity: 'error',
      comment: "What runs in a page reaches none of Node's modules: those belong behind the entry ./node.",
      from: {
        path: '^packages/(?!cli/)[^/]+/src/(index|[a-z]+/index)\\.ts$|^apps/demo/src/',
        pathNot: '/src/(node|testing)/',
      },
      to: { path: `^(node:)?(${nodeModules.join('|')})(/|$)`, reachable: true },
    },
    {
      name: 'source-imports-a-development-dependency',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm-peer', 'type-only'] },
    },
  ];
  for (const [level, floor] of names.entries())
    for (const name of floors[floor]) {
      const from = { path: `^packages/${name}/src/`, pathNot: '\\.test\\.ts$' };
      const higher = names.slice(level + 1).flatMap((above) => floors[above]);
      const allowed = sideways.filter(([source]) => source === name).map(([, target]) => target);
      const beside = floors[floor].filter((other) => other !== name && !allowed.includes(other));
      if (higher.length > 0)
        rules.push({ name: `${name}-imports-upward`, severity: 'error', from, to: folders(higher) });
      if (beside.length > 0)
        rules.push({ name: `${name}-imports-sideways`, severity: 'error', from, to: folders(beside) });
    }
  return rules;
}

/** Matches a package's files, as a link or as the folder it leads to. */
const folders = (names) => ({ path: `(^packages|@ashlar)/(${names.join('|')})/` });

module.exports = { floorRules };
