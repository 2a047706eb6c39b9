import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type DockerRegistry, startDockerRegistry } from '../support/docker-registry.ts';
import { type FleetRig, startFleetRig } from '../support/fleet-rig.ts';
import { pushImage } from '../support/push-image.ts';
import { readTags } from '../support/registry-view.ts';
import { describeReal } from '../support/requirements.ts';
import { runCli } from '../support/run-cli.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

describeReal('images in use on nodes, as evidence for prune', ['docker-registry'], () => {
  let registry: DockerRegistry;
  let rig: FleetRig;
  let home: string;
  let file: string;

  beforeAll(async () => {
    registry = await startDockerRegistry();
    home = makeTempFolder('home');
    file = join(home, 'nodes.ndjson');
    for (const tag of ['on-n1', 'on-n2', 'nowhere']) await pushImage(registry.url, 'app', { tag, label: tag });
    const used = (tag: string) => ({ used: [`${registry.host}/app:${tag}`], unused: [`${registry.host}/app:nowhere`] });
    rig = await startFleetRig({ n1: used('on-n1'), n2: used('on-n2') }, home);
  });

  const tags = async () =>
    [...(await readTags(registry.url, ['app'])).keys()].map((name) => name.replace('app:', '')).sort();
  const fleet = () => rig.winnow('--cluster-name', 'prod', '--snapshot-out', file);
  const prune = (...more: readonly string[]) =>
    runCli(
      [
        ...['prune', '--registry', registry.url, '--cluster', `snapshot:${file}`],
        ...['--delete-matching', '*', '--min-age', '0', '--max-share', '1', '--confirm', ...more],
      ],
      { home },
    );

  test('a node that has not told keeps everything', async () => {
    rig.instead = (pod) => (pod.node === 'n2' ? Promise.resolve(1) : undefined);
    expect((await fleet()).code).toBe(3);
    const { code, stderr, stdout } = await prune();

    expect(code).toBe(5);
    expect(`${stdout}${stderr}`).toContain('node n2 has not told which images it uses');
    expect(await tags()).toEqual(['nowhere', 'on-n1', 'on-n2']);
  });

  test('what all nodes use stays, and the rest goes', async () => {
    rig.instead = () => undefined;
    expect((await fleet()).code).toBe(0);
    expect((await prune()).code).toBe(0);

    expect(await tags()).toEqual(['on-n1', 'on-n2']);
  });
});
