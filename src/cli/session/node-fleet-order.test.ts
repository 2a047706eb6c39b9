import type { Command } from 'commander';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadSettings } from '../../config/load.ts';
import type { Settings } from '../../config/settings.ts';
import { createProgram } from '../program.ts';
import { applyOrder, fleetOrder, jobsToApply } from './node-fleet-order.ts';

const place = { env: {}, cwd: '/work', home: '/home/me' };

const settingsOf = async (flags: object): Promise<Settings> => (await loadSettings({ flags, ...place })).settings;

/** What the command understands of these words, as settings. */
async function understood(words: readonly string[]): Promise<{ settings: Settings; flags: Record<string, unknown> }> {
  const program = createProgram();
  let flags: Record<string, unknown> = {};
  const command = program.commands.find((one) => one.name() === 'node-gc') as Command;
  command.exitOverride().action((given: Record<string, unknown>) => {
    flags = given;
  });
  await program.parseAsync(words, { from: 'user' });
  const { cluster: clusters, ...rest } = flags;
  return { settings: await settingsOf({ ...rest, clusters }), flags };
}

const duration = fc.integer({ min: 0, max: 10_000_000 }).map((ms) => `${ms}ms`);
const glob = fc.stringMatching(/^[a-z*]{1,4}(\/[a-z*.-]{1,6}){0,2}(:[a-z0-9*.]{1,4})?$/);
const pattern = fc.oneof(glob, fc.stringMatching(/^\/\^[a-z =-]{1,6}[+?]?\/$/));
const label = fc.stringMatching(/^!?[a-z]{1,3}[a-z.]{0,3}(=[a-z0-9 =-]{0,5})?$/);
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });

const anyFlags = fc.record({
  containers: maybe(fc.constantFrom('superseded', 'ended', 'none')),
  sandboxes: maybe(fc.constantFrom('superseded', 'not-ready', 'none')),
  sandboxMinAge: maybe(duration),
  images: maybe(fc.boolean()),
  minPullAge: maybe(duration),
  minUnusedAge: maybe(duration),
  until: maybe(duration),
  keepPerRepository: maybe(fc.integer({ min: 0, max: 9 }).map(String)),
  keep: maybe(fc.array(pattern, { maxLength: 3 })),
  only: maybe(fc.array(pattern, { maxLength: 3 })),
  label: maybe(fc.array(label, { maxLength: 3 })),
  releaseContent: maybe(fc.boolean()),
  staticPods: maybe(fc.constantFrom('/etc/kubernetes/manifests')),
  timeout: maybe(fc.constantFrom('1s', '90s')),
});

describe('the order of a fleet', () => {
  test('says to each node just what was said here, in whatever words', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyFlags,
        fc.constantFrom('dry-run' as const, 'tell-plan' as const, 'confirmed' as const),
        async (given, what) => {
          const here = await settingsOf(given);
          const { settings, flags } = await understood(fleetOrder(here, what).args);

          const { fleet: _, runtime: __, ...wanted } = here.nodeGc;
          const { fleet: ___, runtime, ...got } = settings.nodeGc;
          expect(got).toEqual(wanted);
          expect(runtime).toBe('cri:///run/containerd/containerd.sock');
          expect(flags['confirm'] === true).toBe(what === 'confirmed');
          expect(flags['fleetPlan'] === true).toBe(what === 'tell-plan');
          expect(flags['fleetReport']).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('takes watermarks and what is asked of registries along', async () => {
    const here = await settingsOf({
      highWatermark: '85',
      lowWatermark: '80',
      requireRepullable: true,
      forceInsecure: true,
    });
    const nodeGc = { ...here.nodeGc, fleet: { ...here.nodeGc.fleet, registrySecret: 'login' } };
    const { settings } = await understood(fleetOrder({ ...here, nodeGc }, 'dry-run').args);

    expect(settings.nodeGc).toMatchObject({ watermarks: { highPercent: 85, lowPercent: 80 }, requireRepullable: true });
    expect(settings.registry).toMatchObject({
      insecure: true,
      credentialFiles: ['/etc/winnow/registry/.dockerconfigjson'],
    });
  });

  test.each([
    [undefined, '/run/containerd', 'Directory', '/var/lib/containerd'],
    [
      'cri:///run/k3s/containerd/containerd.sock',
      '/run/k3s/containerd',
      'Directory',
      '/var/lib/rancher/k3s/agent/containerd',
    ],
    ['cri:///run/crio/crio.sock', '/run/crio', 'Directory', '/var/lib/containers'],
    ['docker:///var/run/docker.sock', '/var/run/docker.sock', 'Socket', '/var/lib/docker'],
  ])(
    'mounts of a node with %s only what is needed, and only its own state to be written',
    async (runtime, path, type, images) => {
      const { mounts } = fleetOrder(await settingsOf({ runtime }), 'confirmed');

      expect(mounts).toEqual([
        { path, readOnly: true, type },
        { path: images, readOnly: true, type: 'Directory' },
        { path: '/var/lib/winnow', readOnly: false, type: 'DirectoryOrCreate' },
      ]);
    },
  );

  test('asks the own cluster with a token, and no other cluster at all', async () => {
    const own = fleetOrder(await settingsOf({ clusters: ['kubernetes'] }), 'dry-run');
    expect(own.args).toContain('--cluster=kubernetes');
    expect(own.needsToken).toBe(true);
    expect(fleetOrder(await settingsOf({}), 'dry-run').needsToken).toBe(false);

    for (const spec of [
      'manifests:/srv/gitops',
      'kubernetes:?context=other',
      'kubernetes:/kubeconfig',
      'snapshot:/f',
      'kubernetes:?may-hold=a',
    ]) {
      const here = await settingsOf({ clusters: [spec] });
      expect(() => fleetOrder(here, 'dry-run'), spec).toThrow('a Job on a node can not ask');
    }
  });

  test('is refused where a Job would not see all that names images', async () => {
    const here = await settingsOf({ clusters: ['kubernetes'] });
    const customResources = [{ apiGroup: 'x.example', kind: 'Robot', images: ['spec.image'] }] as never;

    expect(() => fleetOrder({ ...here, references: { ...here.references, customResources } }, 'dry-run')).toThrow(
      'references.customResources can not be handed on',
    );
  });
});

describe('the order of a fleet that applies a plan', () => {
  const flagsOfApply = async (words: readonly string[]) => {
    const program = createProgram();
    let given: Record<string, unknown> = {};
    const command = program.commands.find((one) => one.name() === 'apply') as Command;
    command.exitOverride().action((_: string, flags: Record<string, unknown>) => {
      given = flags;
    });
    await program.parseAsync(words, { from: 'user' });
    return given;
  };

  test('is that one plan and no other, by its hash, with all that its plan was made with', async () => {
    const settings = await settingsOf({
      ...{ requireRepullable: true, forceInsecure: true, clusters: ['kubernetes'], timeout: '7s' },
      ...{ staticPods: '/etc/kubernetes/manifests', runtime: 'cri:///run/crio/crio.sock' },
    });
    const nodeGc = { ...settings.nodeGc, fleet: { ...settings.nodeGc.fleet, registrySecret: 'login' } };
    const jobs = jobsToApply({ ...settings, nodeGc }, 'registry.example/winnow:1');
    const order = applyOrder(jobs, { logLevel: 'warn', sha256: 'abc' });

    expect(await flagsOfApply([...order.args, '--node-name=n1'])).toMatchObject({
      ...{ planSha256: 'abc', confirm: true, fleetReport: true, nodeName: 'n1', stateDir: '/var/lib/winnow' },
      ...{
        timeout: '7000ms',
        logLevel: 'warn',
        authFile: '/etc/winnow/registry/.dockerconfigjson',
        forceInsecure: true,
      },
    });
    expect(order.args[1]).toBe('/etc/winnow/plan/plan.jsonl.gz');
    expect(order.needsToken).toBe(true);
    expect(order.mounts).toEqual(fleetOrder(settings, 'dry-run').mounts);
  });

  test('is refused where a Job could not ask what it has to ask', async () => {
    const settings = await settingsOf({ clusters: ['manifests:/srv/gitops'] });

    expect(() => jobsToApply(settings, 'x')).toThrow('a Job on a node can not ask');
  });
});
