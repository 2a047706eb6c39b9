/** Measures Winnow: `npm run bench` lists what there is, `npm run bench -- registry` runs one. */
interface Bench {
  readonly summary: string;
  readonly load: () => Promise<{ run(args: readonly string[]): Promise<void> }>;
}

const benches: Readonly<Record<string, Bench>> = {
  registry: {
    summary: 'survey a real docker-registry, beside wrk and skopeo; growth; start of the command; large plans',
    load: () => import('./registry.ts'),
  },
  store: {
    summary:
      "hard-prune on a made-up store: the dry run beside the registry's own collector and a walk in C, hiding beside renames in C",
    load: () => import('./store.ts'),
  },
  prune: {
    summary: 'the decision on 100,000 images of OpenShift from saved objects, beside a straightforward program',
    load: () => import('./prune.ts'),
  },
  service: {
    summary: 'pages and API of the service with 100,000 images and 1,000 plans in its history',
    load: () => import('./service.ts'),
  },
};

const [name, ...args] = process.argv.slice(2);
const bench = name === undefined ? undefined : benches[name];
if (bench !== undefined) await (await bench.load()).run(args);
else {
  const lines = Object.entries(benches).map(([id, { summary }]) => `  ${id.padEnd(10)} ${summary}`);
  process.stderr.write(`usage: npm run bench -- NAME [OPTION…]\n\n${lines.join('\n')}\n`);
  process.exitCode = name === undefined ? 0 : 2;
}
