import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { createProgram } from '../../src/cli/program.ts';
import { parseRuntimeAddress } from '../../src/systems/runtime/index.ts';
import { ROOT } from '../support/markdown.ts';

interface DaemonSet {
  readonly spec: { readonly template: { readonly spec: PodSpec } };
}
interface PodSpec {
  readonly [field: string]: unknown;
  readonly containers: readonly Container[];
  readonly volumes: readonly { readonly name: string; readonly hostPath: { readonly path: string; type: string } }[];
}
interface Container {
  readonly args: readonly string[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
}

const text = readFileSync(join(ROOT, 'docs/rbac/node-gc.yaml'), 'utf8');
const objects = [...parseAllDocuments(text)].map((one) => one.toJS() as { readonly kind: string });
const pod = (objects.find(({ kind }) => kind === 'DaemonSet') as unknown as DaemonSet).spec.template.spec;
const [container] = pod.containers as [Container];
const flagValue = (flag: string) =>
  container.args.find((word) => word.startsWith(`--${flag}=`))?.slice(flag.length + 3) ?? '';

/** The path on the node of what the pod sees here. */
function onNode(path: string) {
  const mount = container.volumeMounts.find(({ mountPath }) => mountPath === path);
  return pod.volumes.find(({ name }) => name === mount?.name)?.hostPath;
}

describe('docs/rbac/node-gc.yaml', () => {
  test('calls node-gc with flags that there are, and only plans', () => {
    const [name, ...words] = container.args;
    const command = createProgram().commands.find((one: Command) => one.name() === name);
    const known = command?.options.map(({ long }) => long);

    expect(words.length).toBeGreaterThan(2);
    for (const word of words) expect(known).toContain(word.split('=')[0]);
    expect(words).not.toContain('--confirm');
    expect(text).toContain('# - --confirm');
  });

  test('mounts the folder of the socket, not the socket, and a folder that outlives the pod for journals', () => {
    const { socket } = parseRuntimeAddress(flagValue('runtime'));
    const folder = socket.slice(0, socket.lastIndexOf('/'));

    expect(onNode(folder)).toEqual({ path: folder, type: 'Directory' });
    expect(onNode(flagValue('state-dir'))).toEqual({ path: '/var/lib/winnow', type: 'DirectoryOrCreate' });
  });

  test('has the disk of images at its own path, so that it can be measured, and can not write there', () => {
    const mount = container.volumeMounts.find(({ name }) => name === 'images');

    expect(mount).toMatchObject({ readOnly: true });
    expect(onNode(mount?.mountPath ?? '')?.path).toBe(mount?.mountPath);
  });

  test('has no privileges, no capabilities, no namespace of the host, no role and no token', () => {
    expect(container.securityContext).toMatchObject({
      ...{ privileged: false, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
      ...{ capabilities: { drop: ['ALL'] }, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(Object.keys(pod).filter((field) => /^host/.test(field))).toEqual([]);
    expect(pod['automountServiceAccountToken']).toBe(false);
    expect(objects.map(({ kind }) => kind)).toEqual(['Namespace', 'ServiceAccount', 'DaemonSet']);
  });

  test('runs on every Linux node, whatever its taints', () => {
    expect(pod['nodeSelector']).toEqual({ 'kubernetes.io/os': 'linux' });
    expect(pod['tolerations']).toEqual([{ operator: 'Exists' }]);
  });
});
