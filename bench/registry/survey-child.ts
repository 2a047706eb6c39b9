/** Surveys a registry once and plans from what it saw: in a process of its own, so that the peak of memory is its own. */
import type { Evidence } from '../../src/evidence/evidence.ts';
import { planReconcile, type ReconcileInput } from '../../src/flows/reconcile.ts';
import { defaultLimits } from '../../src/plan/limits.ts';
import { journals } from '../../src/systems/journal/index.ts';
import { openRecords } from '../../src/systems/records/index.ts';
import type { Registry } from '../../src/systems/registry/contract.ts';
import { openRegistry } from '../../src/systems/registry/index.ts';
import { registrySource } from '../../src/systems/registry/survey.ts';
import { heldBytes, peakBytes, stopwatch, type Usage } from '../measure/usage.ts';
import { fingerprint } from './tag-fingerprint.ts';

export interface SurveyOrder {
  readonly url: string;
  readonly concurrency: number;
  /** CSV of the records; without it nothing is known of any. */
  readonly recordsFile?: string;
}

export interface SurveyReport {
  readonly tags: number;
  readonly fingerprint: string;
  readonly gaps: number;
  readonly actions: number;
  readonly survey: Usage;
  /** From evidence to plan. */
  readonly plan: Usage;
  /** In use with the code loaded and the connection open. */
  readonly startBytes: number;
  readonly peakBytes: number;
  /** In use with evidence, graph and plan at hand. */
  readonly heldBytes: number;
}

process.stdout.write(JSON.stringify(await report(JSON.parse(process.argv[2] ?? '{}'))));

async function report({ url, concurrency, recordsFile }: SurveyOrder): Promise<SurveyReport> {
  const { signal } = new AbortController();
  const registry = await openRegistry({ url, concurrency }, signal);
  const startBytes = heldBytes();
  const watch = stopwatch();
  let survey: Usage = { wallMs: 0, cpuMs: 0 };
  const input = await reconcileInput(registry, concurrency, recordsFile);
  const planned = await planReconcile(
    {
      ...input,
      remember: async () => {
        survey = watch.lap();
        return () => undefined;
      },
    },
    signal,
  );
  const plan = watch.lap();
  await registry.close();
  const lines = [...tagLines(planned.view.evidence, registry.host)];
  return {
    tags: lines.length,
    fingerprint: fingerprint(lines),
    gaps: planned.plan.header.gaps.length,
    actions: planned.plan.header.actionCount,
    survey,
    plan,
    startBytes,
    peakBytes: peakBytes(),
    heldBytes: heldBytes(),
  };
}

/** What the command makes of `--records file:… --transient 'opschain/**'`, without the memory of earlier runs. */
async function reconcileInput(
  registry: Registry,
  concurrency: number,
  recordsFile: string | undefined,
): Promise<Omit<ReconcileInput, 'remember'>> {
  const { host, url } = registry;
  const records =
    recordsFile === undefined ? [] : [await openRecords({ kind: 'file', path: recordsFile }, { registryHost: host })];
  return {
    id: 'bench',
    scope: { registry: { host, url } },
    registry: (alsoLookAt) => registrySource(registry, { concurrency, alsoLookAt }),
    records,
    journal: journals.memory(),
    recordsOf: () => [],
    policy: {
      classes: [
        {
          kind: 'transient',
          name: 'transient',
          repositories: ['opschain/**'],
          whenNoRecord: 'keep',
          noRecordMinAgeMs: 0,
        },
      ],
    },
    limits: defaultLimits,
    drops: async () => [],
    means: { untagBy: 'digest', deleteManifests: true, untagByOverwrite: false },
    recordsShown: [],
    expiresAfterMs: 3_600_000,
    nowMs: Date.now,
  };
}

function* tagLines({ resources, exists, about }: Evidence, host: string): Generator<string> {
  for (let id = 0; id < resources.size; id += 1) {
    if (resources.kind(id) !== 'tag' || !exists(id)) continue;
    const repository = resources.scope(id).slice(host.length + 1);
    yield `${repository}:${resources.key(id)}@${about(id).digest}`;
  }
}
