/**
 * The fences between the rooms: who may import whom, checked on every import, type-only ones too.
 *
 * `rooms` is the table; everything else follows from the shape of the folders. `test/fences/` holds a deliberate break
 * of every rule and proves that it is caught. What a rule wants of you is in its `comment`.
 */

/** Tests may look anywhere. */
const TESTS = '[.](test|suite)[.]ts$';
const LISTS = 'systems/[^/]+/index[.]ts$';
const CONTRACTS = 'systems/[^/]+/contract[.]ts$';
/** The one door from the command line to the service. */
const SERVE = 'service/serve[.]ts$';
/** Folders that several implementations of a kind share. */
const SHARED = '^src/systems/(registry/http-client|store/on-disk|cluster/objects|runtime/grpc)/';
const inWords = { [LISTS]: 'systems/*/index.ts', [CONTRACTS]: 'systems/*/contract.ts', [SERVE]: 'service/serve.ts' };

/** A room, and what it may import besides itself and `util`: rooms, or patterns of files below `src`. In the order in which data flows. */
const rooms = {
  util: [],
  oci: [],
  evidence: ['oci'],
  systems: ['oci', 'evidence'],
  graph: ['oci', 'evidence'],
  policy: ['oci', 'evidence', 'graph'],
  plan: ['oci', 'evidence', 'graph', 'policy'],
  apply: ['oci', 'evidence', 'plan', CONTRACTS],
  report: ['oci', 'evidence', 'graph', 'policy', 'plan', 'apply'],
  flows: ['oci', 'evidence', 'graph', 'policy', 'plan', 'apply', 'report', CONTRACTS],
  config: ['oci', 'policy', LISTS],
  demo: ['oci'],
  service: ['oci', 'evidence', 'plan', 'report', 'flows', 'config', LISTS, CONTRACTS],
  cli: ['oci', 'evidence', 'plan', 'report', 'flows', 'config', 'demo', LISTS, CONTRACTS, SERVE],
};

/** The rooms without I/O, clock and chance. */
const PURE = '^src/(oci|evidence|graph|policy|plan|report|util/pure)/';
/** The packages that a pure room may use: those that are pure themselves. */
const purePackages = { policy: ['re2js'], report: ['fast-string-width'] };
/** The one door from the pure rooms to Node, for digests. */
const HASH = '^src/util/pure/hash[.]ts$';

const NODE = { dependencyTypes: ['core'] };
const PACKAGES = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'];

const roomRules = Object.entries(rooms).map(([room, others]) => {
  const open = [room, 'util', ...others].map((other) => (other.endsWith('$') ? `^src/${other}` : `^src/${other}/`));
  return rule({
    name: `room-${room}`,
    comment: `src/${room} may import only util${others.map((other) => `, ${inWords[other] ?? other}`).join('')}. Move what you need to a room further up the table, or take it as an argument.`,
    from: { path: `^src/${room}/` },
    to: { path: '^src/', pathNot: open },
  });
});

const pureRules = [
  rule({
    name: 'the-core-is-pure',
    comment:
      'This room does no I/O and knows no clock: no node: module. Take the value as an argument, or put the work into systems. Digests: src/util/pure/hash.ts.',
    from: { path: PURE, pathNot: HASH },
    to: NODE,
  }),
  rule({
    name: 'the-hash-only-hashes',
    comment: 'src/util/pure/hash.ts is in the pure rooms for node:crypto alone.',
    from: { path: HASH },
    to: { ...NODE, pathNot: '^(node:)?crypto$' },
  }),
  rule({
    name: 'the-core-takes-no-packages',
    comment: 'A pure room uses no package but those that `purePackages` in .dependency-cruiser.mjs allows it.',
    from: { path: PURE, pathNot: Object.keys(purePackages).map((room) => `^src/${room}/`) },
    to: { dependencyTypes: PACKAGES },
  }),
  ...Object.entries(purePackages).map(([room, packages]) =>
    rule({
      name: `the-core-takes-no-packages-${room}`,
      comment: `src/${room} is pure and may use no package but ${packages.join(', ')}.`,
      from: { path: `^src/${room}/` },
      to: { dependencyTypes: PACKAGES, pathNot: packages.map((name) => `node_modules/${name}/`) },
    }),
  ),
  rule({
    name: 'the-core-uses-pure-util-only',
    comment: 'Of util, a pure room may import src/util/pure only. Is the tool pure? Then move it there.',
    from: { path: PURE },
    to: { path: '^src/util/', pathNot: '^src/util/pure/' },
  }),
  rule({
    name: 'the-stages-do-io-through-contracts',
    comment: 'apply and flows reach the world through the contracts that they are given, never through a node: module.',
    from: { path: '^src/(apply|flows)/' },
    to: NODE,
  }),
];

const systemRules = [
  rule({
    name: 'kinds-keep-apart',
    comment: 'One kind of system never imports another kind. What both need belongs in util, oci or evidence.',
    from: { path: '^src/systems/([^/]+)/' },
    to: { path: '^src/systems/', pathNot: '^src/systems/$1/' },
  }),
  rule({
    name: 'implementations-keep-apart',
    comment:
      "An implementation may import its own folder, the files at its kind's root and what is shared (registry: http-client, store: on-disk, cluster: objects, runtime: grpc). What two implementations share moves there.",
    from: { path: '^src/systems/([^/]+)/([^/]+)/' },
    to: {
      path: '^src/systems/[^/]+/[^/]+/',
      pathNot: ['^src/systems/$1/$2/', SHARED],
    },
  }),
  rule({
    name: 'the-list-is-not-for-implementations',
    comment: "A kind's index.ts lists its implementations: none of the kind's own files may import it back.",
    from: { path: '^src/systems/([^/]+)/' },
    to: { path: '^src/systems/$1/index[.]ts$' },
  }),
  rule({
    name: 'only-the-list-picks-implementations',
    comment: "An implementation is imported by its kind's index.ts alone. Ask that list for it by id.",
    from: { path: '^src/', pathNot: [`^src/${LISTS}`, '^src/systems/[^/]+/[^/]+/'] },
    to: { path: '^src/systems/[^/]+/[^/]+/', pathNot: SHARED },
  }),
  rule({
    name: 'only-the-edge-wires',
    comment: 'Only cli and service (and config, for the known ids) may import the lists of implementations.',
    from: { path: '^src/', pathNot: '^src/(cli|service|config)/' },
    to: { path: `^src/${LISTS}` },
  }),
  rule({
    name: 'contracts-are-types',
    comment: 'Outside systems, a contract is imported with `import type`: the implementation is handed in.',
    from: { path: '^src/', pathNot: '^src/systems/' },
    to: { path: `^src/${CONTRACTS}`, dependencyTypesNot: ['type-only'] },
  }),
  rule({
    name: 'contracts-hold-only-types',
    comment:
      "A contract.ts says what, not how: it imports types only. Code goes into a file of its own at the kind's root.",
    from: { path: `^src/${CONTRACTS}` },
    to: { dependencyTypesNot: ['type-only'] },
  }),
];

const hygieneRules = [
  rule({
    name: 'no-circular',
    comment: 'These files import each other in a circle (types count). Move what both need into a third file.',
    from: { path: '^src/' },
    to: { circular: true },
  }),
  {
    name: 'no-orphans',
    comment: 'Nothing imports this file and it imports nothing: use it or delete it.',
    severity: 'error',
    from: { orphan: true, path: '^src/', pathNot: [TESTS, '^src/cli/main[.]ts$', '[.]d[.]ts$', `^src/${CONTRACTS}`] },
    to: {},
  },
  rule({
    name: 'no-tests-in-production',
    comment: 'Production code imports no test, no contract suite and nothing below test/ or bench/.',
    from: { path: '^src/' },
    to: { path: [TESTS, '^test/', '^bench/'] },
  }),
  rule({
    name: 'no-dev-dependencies-in-production',
    comment: 'This package is a devDependency and not there once installed. Make it a dependency, or do without.',
    from: { path: '^src/' },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: 'node_modules/@types/' },
  }),
  rule({
    name: 'no-undeclared-packages',
    comment: 'This package stands in node_modules by accident: add it to package.json with an exact version.',
    from: { path: '^src/' },
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  }),
  rule({
    name: 'no-unresolvable',
    comment: 'This import leads nowhere.',
    from: { path: '^src/' },
    to: { couldNotResolve: true },
  }),
];

/** A forbidden rule with severity error, from which tests are free. */
function rule({ from, ...rest }) {
  const free = [TESTS, ...[from.pathNot ?? []].flat()];
  return { severity: 'error', ...rest, from: { ...from, pathNot: free } };
}

export default {
  forbidden: [...roomRules, ...pureRules, ...systemRules, ...hygieneRules],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Without it type-only imports are invisible, and most fences with them.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
  },
};
