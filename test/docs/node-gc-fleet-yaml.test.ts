import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { createProgram } from '../../src/cli/program.ts';
import { loadSettings } from '../../src/config/load.ts';
import { ROOT } from '../support/markdown.ts';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: objects of many kinds.
  readonly [field: string]: any;
}

const text = readFileSync(join(ROOT, 'docs/rbac/node-gc-fleet.yaml'), 'utf8');
const objects = [...parseAllDocuments(text)].map((one) => one.toJS() as Manifest);
const only = (kind: string) => objects.filter((one) => one.kind === kind);
const job = only('CronJob')[0]?.['spec'].jobTemplate.spec;
const pod = job?.template.spec;
const [container] = pod?.containers ?? [];
const args = container?.args as readonly string[];

const defaults = async () => (await loadSettings({ flags: {}, env: {}, cwd: '/', home: '/' })).settings.nodeGc.fleet;

describe('docs/rbac/node-gc-fleet.yaml', () => {
  test('calls node-gc with options that there are, and only plans', () => {
    const [name, ...words] = args;
    const command = createProgram().commands.find((one: Command) => one.name() === name);
    const known = command?.options.map(({ long }) => long);

    expect(words.length).toBeGreaterThan(4);
    for (const word of words) expect(known).toContain(word.split('=')[0]);
    expect(words).toContain('--all-nodes');
    expect(words).not.toContain('--confirm');
    expect(text).toContain('# - --confirm');
  });

  test('has the namespace and the account of the Jobs that are the defaults, and the level that they need', async () => {
    const { namespace, serviceAccount } = await defaults();

    expect(only('Namespace').map(({ metadata }) => metadata)).toMatchObject([
      { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
    ]);
    expect(only('ServiceAccount').map(({ metadata }) => metadata.name)).toEqual([
      serviceAccount,
      pod.serviceAccountName,
    ]);
    for (const { kind, metadata } of objects.filter((one) => !/^Namespace$|^ClusterRole/.test(one.kind)))
      expect(metadata.namespace, kind).toBe(namespace);
  });

  test('gives the account of the Jobs no rights, and the fleet’s none over the whole cluster but to list nodes', () => {
    const bound = [...only('RoleBinding'), ...only('ClusterRoleBinding')].flatMap((one) => one['subjects']);

    expect(new Set(bound.map(({ name }) => name))).toEqual(new Set(['winnow-node-gc-fleet']));
    expect(only('ClusterRole').flatMap((one) => one['rules'])).toEqual([
      { apiGroups: [''], resources: ['nodes'], verbs: ['list'] },
    ]);
  });

  test('lets a fleet that is told to stop wait for what it has in hand', async () => {
    const { deadlineMs } = await defaults();

    expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThan(deadlineMs + 120_000);
  });

  test('starts one that was killed again under the same name, and none that has come to its end', () => {
    expect(only('CronJob')[0]?.['spec'].concurrencyPolicy).toBe('Forbid');
    expect(job.podFailurePolicy.rules[0].onExitCodes.values).toEqual([1, 2, 3, 5]);
    expect(args).toContain('--fleet-run=$(RUN)');
    const run = container.env.find(({ name }: { name: string }) => name === 'RUN');
    expect(run.valueFrom.fieldRef.fieldPath).toBe("metadata.labels['job-name']");
  });

  test('keeps the lease where another pod sees it', async () => {
    const { name, value } = container.env.find((one: { name: string }) => one.name.startsWith('WINNOW_'));
    const { settings } = await loadSettings({ flags: {}, env: { [name]: value }, cwd: '/', home: '/' });

    expect(settings.lease.kind).toBe('kubernetes');
  });

  test('runs the fleet itself without any privileges, and mounts nothing of the host', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(container.securityContext).toEqual({
      ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    });
    expect(pod.volumes).toEqual([{ name: 'tmp', emptyDir: {} }]);
  });
});
