import { startKubeApiServer } from '../../../test/support/kube-api-server/kube-api-server.ts';
import { collectEvidence } from '../../evidence/evidence.ts';
import { encodeSnapshot } from '../../evidence/snapshot/encode.ts';
import { workloadsIn } from '../../evidence/snapshot/workloads-in.ts';
import { describeCluster, robotExtractor } from './contract.suite.ts';
import type { KubeObject } from './contract.ts';
import { openKubernetesCluster } from './kubernetes/index.ts';
import { openMemoryCluster } from './memory/index.ts';
import { openSnapshotCluster } from './snapshot/index.ts';

/** Suites of `manifests` and `memory` stand beside them: these two need something to ask. */

const quick = { attempts: 1, firstPauseMs: 1, answerMs: 5000, connectMs: 5000 };
const custom = { version: 'v1', namespaced: true, isCustom: true };

async function serve(objects: readonly KubeObject[], mayHold: readonly string[] | undefined, isCut: boolean) {
  // Image streams are absent, as where the cluster is no OpenShift; builds were added to it.
  const server = await startKubeApiServer();
  server.serve({ ...custom, group: 'argoproj.io', version: 'v1alpha1', kind: 'Rollout', resource: 'rollouts' });
  server.serve({ ...custom, group: 'build.openshift.io', kind: 'BuildConfig', resource: 'buildconfigs' });
  server.serve({ ...custom, group: 'example.com', kind: 'Robot', resource: 'robots' });
  for (const object of objects) server.put(structuredClone(object) as Parameters<typeof server.put>[0]);
  const { kubeconfig } = server;
  return openKubernetesCluster(
    {
      kind: 'kubernetes',
      name: 'prod',
      kubeconfig: isCut ? server.kubeconfigFor('nobody') : kubeconfig,
      ...(mayHold && { mayHold }),
    },
    quick,
  );
}

describeCluster('kubernetes', {
  open: (objects, { mayHold }) => serve(objects, mayHold, false),
  openBroken: (objects, { mayHold }) => serve(objects, mayHold, true),
});

/** What `winnow snapshot` would have written of it. */
async function snapshotOf(objects: readonly KubeObject[]): Promise<string> {
  const { evidence, sink } = collectEvidence();
  const signal = new AbortController().signal;
  await openMemoryCluster({ name: 'there', objects })
    .uses({ extractors: [robotExtractor] })
    .survey(sink, signal);
  const header = {
    winnow: 'snapshot/v1' as const,
    cluster: 'there',
    shown: 'memory:there',
    by: '1.0.0',
    kinds: {},
    gaps: [],
  };
  return [...encodeSnapshot({ ...header, takenAtMs: 1000 }, workloadsIn(evidence, 'there'))].join('');
}

async function openSaved(text: string, mayHold: readonly string[] | undefined) {
  return openSnapshotCluster(
    { kind: 'snapshot', name: 'prod', from: '/srv/there.ndjson', maxAgeMs: 5000, ...(mayHold && { mayHold }) },
    {
      nowMs: () => 2000,
      readSnapshot: async () =>
        (async function* () {
          yield Buffer.from(text);
        })(),
    },
  );
}

describeCluster('snapshot', {
  open: async (objects, { mayHold }) => openSaved(await snapshotOf(objects), mayHold),
  openBroken: async (objects, { mayHold }) => openSaved((await snapshotOf(objects)).slice(0, -20), mayHold),
});
