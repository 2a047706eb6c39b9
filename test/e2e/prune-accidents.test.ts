import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startDockerRegistry } from '../support/docker-registry.ts';
import { type ProxiedRequest, startFaultProxy } from '../support/fault-proxy.ts';
import { pushImage, pushIndex } from '../support/push-image.ts';
import { brokenParts, readTags } from '../support/registry-view.ts';
import { describeReal } from '../support/requirements.ts';
import { runCli } from '../support/run-cli.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/*
 * Accidents that tools for clearing registries had again and again, played against a real registry. The numbers are the issues in which
 * people told of them.
 */

const everything = ['--delete-matching', '*', '--min-age', '0', '--max-share', '1'];

describeReal('accidents of other tools that prune does not have', ['docker-registry'], () => {
  describe('what was shown was not what was done (gcr-cleaner#79, container-retention-policy#66)', () => {
    test('a plan removes exactly what it showed', async () => {
      const world = await openWorld();
      await world.push('team/app', ['a', 'b', 'keep']);
      await world.push('team/tool', ['x', 'keep']);
      world.run([{ image: 'team/app:keep' }, { image: 'team/tool:keep' }]);
      const before = [...(await readTags(world.url)).keys()];
      const { shown, plan } = await world.plan();

      const { code, stderr } = await world.winnow('apply', plan, '--confirm');

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const left = [...(await readTags(world.url)).keys()];
      expect(before.filter((tag) => !left.includes(tag))).toEqual(shown);
      expect(shown).toEqual(['team/app:a', 'team/app:b', 'team/tool:x']);
    });

    test('and less where the world has changed since: nothing that was pushed, moved or deployed meanwhile', async () => {
      const world = await openWorld();
      await world.push('team/app', ['a', 'deployed', 'moved', 'keep']);
      world.run([{ image: 'team/app:keep' }]);
      const { shown, plan } = await world.plan();
      expect(shown).toEqual(['team/app:a', 'team/app:deployed', 'team/app:moved']);

      world.run([{ image: 'team/app:keep' }, { image: 'team/app:deployed' }]);
      await pushImage(world.url, 'team/app', { tag: 'moved', label: 'built again' });
      await world.push('team/app', ['new']);
      const { code, undone } = await world.apply(plan);

      expect(code).toBe(3);
      expect(undone).toMatchObject({ 'team/app:deployed': 'in-use-again', 'team/app:moved': 'target-changed' });
      const left = await readTags(world.url);
      expect([...left.keys()]).toEqual(['team/app:deployed', 'team/app:keep', 'team/app:moved', 'team/app:new']);
      expect(await brokenParts(world.url, left.keys())).toEqual([]);
    });
  });

  describe('an image that ran was deleted (home-ops#13630, containers-roadmap#1036, test-infra#13910)', () => {
    test('the digest that really runs stays when its tag has moved on, whoever names only the tag', async () => {
      const world = await openWorld();
      const [running] = await world.push('team/app', ['prod']);
      const [forgotten] = await world.push('team/tool', ['prod']);
      world.run([{ image: 'team/app:prod', imageID: `team/app@${running}` }]);
      await world.prune(); // the tags are remembered on their digests
      for (const repository of ['team/app', 'team/tool'])
        await pushImage(world.url, repository, { tag: 'prod', label: 'the next build' });
      world.run([{ image: 'team/app:prod', imageID: `team/app@${running}` }, { image: 'team/tool:prod' }]);

      const { code, stderr } = await world.prune('--untagged-after', '0', '--confirm');

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(await world.has('team/app', running)).toBe(true);
      expect(await world.has('team/tool', forgotten)).toBe(false);
    });

    test('so does one image of an index, and the index with all its others', async () => {
      const world = await openWorld();
      const children = [];
      for (const architecture of ['amd64', 'arm64'])
        children.push({ ...(await pushImage(world.url, 'team/multi', { architecture })), architecture });
      const index = await pushIndex(world.url, 'team/multi', children, { tag: 'v1' });
      world.run([{ image: 'elsewhere.example/other:v1', imageID: `team/multi@${children[1]?.digest}` }]);

      const { code } = await world.prune('--untagged-after', '0', '--confirm');

      expect(code).toBe(0);
      for (const { digest } of [index, ...children]) expect(await world.has('team/multi', digest)).toBe(true);
    });
  });

  describe('a look-up failed, and was taken for a no (oc and forbidden lists, harbor and immutable tags)', () => {
    test('an index that can not be read keeps what it could list', async () => {
      const isOfIndex = ({ path }: ProxiedRequest) => path.includes('/manifests/multi') || path.includes(indexDigest);
      let indexDigest = 'none';
      const world = await openWorld((request) => (isOfIndex(request) ? { status: 500 } : 'pass'));
      const child = await pushImage(world.direct, 'team/app', { tag: 'child', label: 'child' });
      indexDigest = (await pushIndex(world.direct, 'team/app', [child], { tag: 'multi' })).digest;
      await world.push('team/other', ['old', 'keep']);
      world.run([{ image: 'team/other:keep' }]);

      const { code, shown } = await world.plan('--retries', '0');

      expect({ code, shown }).toEqual({ code: 5, shown: ['team/other:old'] });
      expect((await world.prune('--retries', '0', '--confirm')).code).toBe(5);
      expect([...(await readTags(world.direct, ['team/other'])).keys()]).toEqual(['team/other:keep']);
      expect(await brokenParts(world.direct, ['team/app:multi', 'team/app:child'])).toEqual([]);
    });

    test('a cluster that can not be read any more while the plan is applied holds back all of it', async () => {
      const world = await openWorld();
      await world.push('team/app', ['a', 'keep']);
      world.run([{ image: 'team/app:keep' }]);
      const { shown, plan } = await world.plan();
      expect(shown).toEqual(['team/app:a']);
      world.breakCluster();

      const { code, undone } = await world.apply(plan);

      expect({ code, undone }).toEqual({
        code: 5,
        undone: expect.objectContaining({ 'team/app:a': 'evidence-stale' }),
      });
      expect([...(await readTags(world.url)).keys()]).toEqual(['team/app:a', 'team/app:keep']);
    });

    test('pulls that are known since yesterday say nothing about a month', async () => {
      const world = await openWorld();
      const [old] = await world.push('team/app', ['old']);
      const log = join(world.home, 'pulls.ndjson');
      const pull = (days: number, more: object) => {
        const target = { repository: 'team/app', digest: old, mediaType: 'application/vnd.oci.image.manifest.v1+json' };
        const timestamp = new Date(Date.now() - days * 86_400_000).toISOString();
        return `${JSON.stringify({ events: [{ action: 'pull', timestamp, target, ...more }] })}\n`;
      };
      const scan = (days: number) => pull(days, { request: { useragent: 'trivy/0.50' } });
      const settings = world.settings({
        policies: [{ name: 'all', repositories: ['**'], keep: [{ pulledWithin: '30d' }] }],
        ...{ minAge: '0', pulls: { files: [log] } },
      });
      const going = async () => (await world.plan('--config', settings)).shown;

      writeFileSync(log, scan(1));
      expect(await going()).toEqual([]);
      writeFileSync(log, `${scan(60)}{"events":[{"act\n${scan(1)}`);
      expect(await going()).toEqual([]);
      writeFileSync(log, `${scan(60)}${pull(20, { request: { useragent: 'containerd/1.7' } })}`);
      expect(await going()).toEqual([]);
      writeFileSync(log, `${scan(60)}${scan(1)}`);
      expect(await going()).toEqual(['team/app:old']);
    });
  });
});

interface PodUse {
  /** Repository and tag in the world's registry, or a whole name elsewhere. */
  readonly image: string;
  /** As the status tells it, in the world's registry. */
  readonly imageID?: string;
}

/** A registry, through a proxy where some requests are to fail, and a folder of pods. */
async function openWorld(decide?: Parameters<typeof startFaultProxy>[1]) {
  const registry = await startDockerRegistry();
  const { url, host } = decide === undefined ? registry : await startFaultProxy(registry.url, decide);
  const home = makeTempFolder('home');
  const cluster = join(home, 'cluster');
  mkdirSync(cluster);
  const pods = join(cluster, 'pods.json');
  const winnow = (...args: readonly string[]) => runCli(args, { home });
  const short = (target: string) => target.slice(host.length + 1);
  const world = {
    ...{ url, home, winnow },
    direct: registry.url,
    /** @returns digests */
    push: async (repository: string, tags: readonly string[]) => {
      const digests: string[] = [];
      for (const tag of tags)
        digests.push((await pushImage(registry.url, repository, { tag, label: `${repository}:${tag}` })).digest);
      return digests;
    },
    run: (uses: readonly PodUse[]) => writeFileSync(pods, JSON.stringify({ kind: 'List', items: uses.map(podOf) })),
    breakCluster: () => writeFileSync(pods, '{"kind": "List", "items": ['),
    settings: (prune: object) => {
      const path = join(home, 'winnow.yaml');
      writeFileSync(path, JSON.stringify({ prune, limits: { maxShare: 1 } }));
      return path;
    },
    prune: (...more: readonly string[]) => {
      const policy = more.includes('--config') ? [] : everything;
      return winnow('prune', '--registry', url, '--cluster', `manifests:${cluster}`, ...policy, ...more);
    },
    plan: async (...more: readonly string[]) => {
      const plan = join(home, 'plan.jsonl');
      const { code, stdout, stderr } = await world.prune('--plan-out', plan, '-o', 'json', ...more);
      const { actions } = JSON.parse(stdout) as { actions?: readonly { do: string; target: string }[] };
      if (actions === undefined) throw new Error(`${stdout}${stderr}`);
      const tags = actions.filter((action) => action.do === 'delete-tag').map(({ target }) => short(target));
      return { code, plan, shown: tags.sort() };
    },
    apply: async (plan: string) => {
      const { code, stdout, stderr } = await winnow('apply', plan, '--confirm', '-o', 'json');
      const report = JSON.parse(stdout) as { undone?: readonly { target: string; guard?: string }[] };
      if (report.undone === undefined) throw new Error(`${stdout}${stderr}`);
      return { code, undone: Object.fromEntries(report.undone.map(({ target, guard }) => [short(target), guard])) };
    },
    has: async (repository: string, digest: string | undefined) => {
      const headers = { accept: 'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json' };
      const { status } = await fetch(`${registry.url}/v2/${repository}/manifests/${digest}`, {
        method: 'HEAD',
        headers,
      });
      return status === 200;
    },
  };
  world.run([{ image: 'elsewhere.example/other:v1' }]);
  return world;

  function podOf({ image, imageID }: PodUse, n: number): object {
    const name = image.startsWith('team/') ? `${host}/${image}` : image;
    const statuses = imageID === undefined ? [] : [{ name: 'app', image: name, imageID: `${host}/${imageID}` }];
    return {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: `pod-${n}`, namespace: 'shop' } },
      spec: { containers: [{ name: 'app', image: name }] },
      status: { phase: 'Running', containerStatuses: statuses },
    };
  }
}
