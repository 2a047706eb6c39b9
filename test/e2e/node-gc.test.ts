import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type Node, startNode } from '../support/node-rig.ts';
import { describeReal } from '../support/requirements.ts';
import { runCli } from '../support/run-cli.ts';
import { busyboxLayer, paddingLayer, pushRunnable } from '../support/runnable-image.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

interface ShownAction {
  readonly action?: string;
  readonly names?: readonly string[];
  readonly reason?: unknown;
}

describeReal('winnow node-gc', ['containerd', 'runc', 'docker-registry', '/bin/busybox'], () => {
  let node: Node;
  let home: string;

  beforeAll(async () => {
    node = await startNode();
    const box = busyboxLayer();
    for (const name of ['web', 'old', 'older'])
      await pushRunnable(node.registry.url, name, { tag: '1', layers: [box, paddingLayer(name, 200_000)] });
    await node.rig.pull(`${node.host}web:1`);
    await node.rig.container(await node.rig.pod('web'), { image: `${node.host}web:1` });
  });

  beforeEach(async () => {
    home = makeTempFolder('home');
    for (const name of ['old:1', 'older:1']) await node.rig.pull(node.host + name);
  });

  const winnow = (...args: readonly string[]) => runCli(args, { home });
  const nodeGc = (...args: readonly string[]) =>
    winnow('node-gc', '--runtime', `cri://${node.containerd.socket}`, '--min-pull-age', '0s', ...args);
  const tags = async () =>
    (await node.rig.images()).flatMap(({ repo_tags }) => repo_tags.map((tag) => tag.replace(node.host, ''))).sort();
  const everything = ['old:1', 'older:1', 'pause:1', 'web:1'];
  const namesIn = (stdout: string) =>
    (JSON.parse(stdout).actions as readonly ShownAction[])
      .flatMap(({ names = [] }) => names.filter((name) => !name.includes('@')))
      .map((name) => name.replace(node.host, ''))
      .sort();

  /** A folder of manifests, in which a deployment names this image. */
  function manifestsNaming(image: string): string {
    const folder = join(home, 'manifests');
    mkdirSync(folder);
    const spec = { template: { spec: { containers: [{ name: 'app', image }] } } };
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'app', namespace: 'shop' },
      spec,
    };
    writeFileSync(join(folder, 'app.yaml'), JSON.stringify(deployment));
    return folder;
  }

  test('without --confirm it tells what would go, and removes nothing', async () => {
    const { code, stdout, stderr } = await nodeGc();

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('DRY RUN');
    expect(stdout).toContain('Would remove 2 images.');
    expect(await tags()).toEqual(everything);
  });

  test('its JSON has the plan, the node and exact bytes', async () => {
    const { code, stdout } = await nodeGc('--node-name', 'node-7', '--show-kept', '-o', 'json');

    expect(code).toBe(0);
    const plan = JSON.parse(stdout);
    expect(plan).toMatchObject({
      kind: 'Plan',
      flow: 'node-gc',
      node: {
        product: 'containerd',
        exactBytes: true,
        images: { found: 4, removed: 2 },
        containers: { found: 1, removed: 0 },
        sandboxes: { found: 1, removed: 0 },
      },
      gaps: [],
    });
    expect(stdout).toContain('node-7');
    expect(namesIn(stdout)).toEqual(['old:1', 'older:1']);
    expect(plan.freesBytes).toBeGreaterThan(4 * 200_000); // packed and unpacked, of two images
    expect(plan.kept.length).toBe(4);
  });

  test('a saved plan is applied to the letter, told by run show, and undone', async () => {
    const file = join(home, 'plan.jsonl');
    const planned = await nodeGc('--only', '**/old:*', '--plan-out', file, '-o', 'json');
    expect(namesIn(planned.stdout)).toEqual(['old:1']);

    expect((await winnow('apply', file)).code).toBe(0);
    expect(await tags()).toEqual(everything);

    const applied = await winnow('apply', file, '--confirm', '-o', 'json');
    expect({ code: applied.code, stderr: applied.stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(applied.stdout)).toMatchObject({ kind: 'RunReport', counts: { done: 1, failed: 0 } });
    expect(await tags()).toEqual(['older:1', 'pause:1', 'web:1']);

    const { runId } = JSON.parse(applied.stdout);
    expect((await winnow('run', 'show', runId)).stdout).toContain('old:1');
    const undone = await winnow('undo', runId, '-o', 'json');
    expect({ code: undone.code, stderr: undone.stderr }).toEqual({ code: 0, stderr: '' });
    expect(await tags()).toEqual(everything);
  });

  test('a plan that is too old is not applied, and the command ends with 6', async () => {
    const file = join(home, 'plan.jsonl');
    await nodeGc('--plan-out', file, '--expires-after', '1s');
    await new Promise((go) => setTimeout(go, 1100));

    expect((await winnow('apply', file, '--confirm')).code).toBe(6);
    expect(await tags()).toEqual(everything);
  });

  test('with --confirm it removes, and a second time there is nothing to do', async () => {
    const first = await nodeGc('--confirm', '-o', 'json');
    expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(first.stdout).counts).toMatchObject({ done: 2, failed: 0 });
    expect(await tags()).toEqual(['pause:1', 'web:1']);

    const second = await nodeGc('--confirm', '-o', 'json');
    expect({ code: second.code, counts: JSON.parse(second.stdout).counts }).toMatchObject({
      code: 0,
      counts: { done: 0 },
    });
  });

  test('what the manifests of a cluster name stays, and the reason says who names it', async () => {
    const folder = manifestsNaming(`${node.host}old:1`);

    const { code, stdout } = await nodeGc('--cluster', `manifests:${folder}`, '--show-kept', '-o', 'json');

    expect(code).toBe(0);
    expect(namesIn(stdout)).toEqual(['older:1']);
    expect(JSON.stringify(JSON.parse(stdout).kept)).toMatch(/Deployment shop\/app/);
  });

  test('what static pods name stays', async () => {
    const folder = manifestsNaming(`${node.host}older:1`);

    const { code, stdout } = await nodeGc('--static-pods', folder, '-o', 'json');

    expect(code).toBe(0);
    expect(namesIn(stdout)).toEqual(['old:1']);
  });

  test.each([
    ['--cluster', 'manifests:'],
    ['--static-pods', ''],
  ])('a saved plan remembers %s: what they name by the time it is applied stays', async (flag, kind) => {
    const folder = manifestsNaming(`${node.host}old:1`);
    const file = join(home, 'plan.jsonl');
    expect(namesIn((await nodeGc(flag, kind + folder, '--plan-out', file, '-o', 'json')).stdout)).toEqual(['older:1']);
    const text = readFileSync(join(folder, 'app.yaml'), 'utf8');
    writeFileSync(join(folder, 'more.yaml'), text.replace('old:1', 'older:1').replace('"app"', '"more"'));

    const { code, stdout } = await winnow('apply', file, '--confirm', '-o', 'json');

    const why = `Deployment shop/more, container app uses ${node.host}older:1`;
    expect(JSON.parse(stdout).undone).toMatchObject([{ guard: 'in-use-again', why }]);
    expect(code).toBe(6); // nothing was left to do
    expect(await tags()).toEqual(everything);

    rmSync(folder, { recursive: true });
    const blind = await winnow('apply', file, '--confirm');
    expect(blind.code).toBe(2);
    expect(await tags()).toEqual(everything);
  });

  test('while a manifest can not be read no image goes, and the command ends with 5', async () => {
    const folder = manifestsNaming(`${node.host}old:1`);
    writeFileSync(join(folder, 'broken.yaml'), 'kind: Pod\nspec: {containers: [');

    const { code, stdout, stderr } = await nodeGc('--cluster', `manifests:${folder}`, '--confirm');

    expect(await tags()).toEqual(everything);
    expect(`${stdout}${stderr}`).toContain('broken.yaml');
    expect(code).toBe(5);
  });

  test.each([
    ['a folder of manifests that is not there', ['--cluster', 'manifests:/nowhere/at/all']],
    ['a folder of static pods that is not there', ['--static-pods', '/nowhere/at/all']],
    ['a runtime of no kind', ['--runtime', 'rkt:///run/rkt.sock']],
    ['a socket without a path', ['--runtime', 'cri://containerd.sock']],
    ['a low watermark above the high one', ['--high-watermark', '70', '--low-watermark', '80']],
    ['a share of the disk above 100', ['--high-watermark', '101', '--low-watermark', '80']],
    ['one watermark without the other', ['--high-watermark', '85']],
    ['a pattern that is none', ['--only', '/[/']],
    ['both --confirm and --dry-run', ['--confirm', '--dry-run']],
  ])('%s is a mistake of the user: it ends with 2, and removes nothing', async (_, args) => {
    const { code, stderr } = await nodeGc('--confirm', ...args);

    expect(stderr).toMatch(/\S/);
    expect(code).toBe(2);
    expect(await tags()).toEqual(everything);
  });
});
