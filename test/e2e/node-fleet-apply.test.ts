import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { runningSha256 } from '../../src/util/pure/hash.ts';
import { putNodes } from '../support/fake-kubelet.ts';
import { type FleetRig, startFleetRig } from '../support/fleet-rig.ts';
import { runCli, spawnCli } from '../support/run-cli.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const USED = 'registry.example/web:1';
const OLD = 'registry.example/old:1';

/** Each Job runs the built command, against an engine of its node's own. */
describe('the saved plan of a fleet', () => {
  let rig: FleetRig;
  let home: string;
  let file: string;

  beforeEach(async () => {
    home = makeTempFolder('home');
    file = join(home, 'nodes.jsonl');
    rig = await startFleetRig({ n1: { used: [USED], unused: [OLD] }, n2: { used: [USED], unused: [OLD] } }, home);
  });

  const plan = () => rig.winnow('--cluster-name', 'prod', '--plan-out', file);
  const applyArgs = (...more: readonly string[]) => ['apply', file, ...more];
  const apply = (...more: readonly string[]) => runCli(applyArgs(...more), { home, timeoutMs: 180_000 });
  const images = () => ['n1', 'n2'].map((node) => rig.engines.get(node)?.images());
  const outcomes = (stdout: string) =>
    (JSON.parse(stdout).nodes as readonly { node: string; outcome: string }[]).map(
      ({ node, outcome }) => `${node} ${outcome}`,
    );
  const files = () => rig.server.all('ConfigMap').filter(({ metadata }) => /^node-gc-/.test(metadata?.name ?? ''));

  test('is shown, and then done on each node exactly so, though more could go by now; done again it is done', async () => {
    const planned = await plan();
    expect(planned).toMatchObject({ code: 0, stdout: expect.stringContaining(`winnow apply ${file} shows it`) });
    const shown = await apply();
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(/n1 +registry\.example\/old:1 +remove-image/);
    expect(shown.stdout).toContain('Would remove 2 things on 2 nodes; would free 1.907 MiB.');
    expect(rig.kubelet.begun.length).toBe(2);
    rig.engines.get('n1')?.pull('registry.example/later:1');

    const { code, stdout } = await apply('--confirm', '-o', 'json');

    expect({ code, rows: outcomes(stdout) }).toEqual({ code: 0, rows: ['n1 success', 'n2 success'] });
    expect(images()).toEqual([['registry.example/later:1', USED], [USED]]);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'FleetReport',
      mode: 'apply',
      totals: { removed: { images: 2 } },
    });
    expect(files().length).toBe(2);
    for (const { metadata } of files())
      expect(metadata?.['ownerReferences']).toMatchObject([{ kind: 'Job', name: metadata?.name }]);
    const story = await runCli(['run', 'show', 'last', '-o', 'json'], { home });
    expect(JSON.parse(story.stdout).removed.map((one: { node: string }) => one.node)).toEqual(['n1', 'n2']);
    expect(await runCli(['undo', 'last'], { home })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('each of them'),
    });

    const again = await apply('--confirm', '-o', 'json');
    expect({ code: again.code, rows: outcomes(again.stdout) }).toEqual({ code: 0, rows: ['n1 success', 'n2 success'] });
    expect(JSON.parse(again.stdout).totals.freedBytes).toBe(0);
  });

  test('is good for the nodes that told theirs; the others are gaps, and stay as they are', async () => {
    rig.instead = (pod) => (pod.node === 'n2' ? Promise.resolve(1) : undefined);
    expect((await plan()).code).toBe(5);
    rig.instead = () => undefined;
    const shown = await apply();
    expect(shown.stdout).toContain('node n2: it has not told its plan: failed');
    const { code, stdout } = await apply('--confirm', '-o', 'json');

    expect({ code, rows: outcomes(stdout) }).toEqual({ code: 5, rows: ['n1 success'] });
    expect(images()).toEqual([[USED], [OLD, USED]]);
  });

  test('is refused on a node that was made anew, and where the file of a Job is another plan', async () => {
    await plan();
    putNodes(rig.server, ['n1']);
    rig.instead = (pod, write) => {
      const [[path, packed] = []] = pod.files;
      if (path === undefined || packed === undefined) return undefined;
      const other = forged(gunzipSync(packed).toString());
      return rig.inPod({ ...pod, files: new Map([[path, gzipSync(other)]]) }, write);
    };
    const { code, stdout } = await apply('--confirm', '-o', 'json');

    expect({ code, rows: outcomes(stdout) }).toEqual({ code: 1, rows: ['n1 refused', 'n2 failed'] });
    expect(stdout).toContain('it was made anew since the plan');
    expect(stdout).toContain('PLAN_CHANGED: reading the plan');
    expect(images()).toEqual([
      [OLD, USED],
      [OLD, USED],
    ]);
  });

  test('changed by hand in its file is not begun, whether its checksum fits or not', async () => {
    await plan();
    const text = readFileSync(file, 'utf8');
    const begun = rig.kubelet.begun.length;
    for (const changed of [text.replaceAll('"expects":{}', '"expects":{"state":"x"}'), forged(text)]) {
      expect(changed).not.toBe(text);
      writeFileSync(file, changed);
      expect(await apply('--confirm')).toMatchObject({ code: 2, stderr: expect.stringContaining('PLAN_CHANGED') });
    }
    expect(rig.kubelet.begun.length).toBe(begun);
  });

  test('whose apply is killed is gone on with by the next: no node gets a second Job, and nothing is left behind', async () => {
    await plan();
    const letGo: (() => void)[] = [];
    rig.instead = (pod, write) =>
      new Promise((resolve) => {
        letGo.push(() => void rig.inPod(pod, write).then(resolve));
      });
    const killed = spawnCli(applyArgs('--confirm', '--parallelism', '1'), { home });
    await expect.poll(() => letGo.length, { timeout: 20_000 }).toBe(1);
    killed.kill('SIGKILL');
    await killed.exited;
    const again = spawnCli(applyArgs('--confirm', '-o', 'json'), { home });
    await expect.poll(() => letGo.length, { timeout: 20_000 }).toBe(2);
    for (const go of letGo) go();
    const { code, stdout } = await again.exited;

    expect({ code, rows: outcomes(stdout) }).toEqual({ code: 0, rows: ['n1 success', 'n2 success'] });
    expect(JSON.parse(stdout).wasResumed).toBe(true);
    expect(rig.kubelet.begun.slice(2).map(({ node }) => node)).toEqual(['n1', 'n2']);
    expect(images()).toEqual([[USED], [USED]]);
    for (const { metadata } of rig.server.all('Job')) rig.server.remove('Job', 'winnow-node-gc', metadata?.name ?? '');
    expect(files()).toEqual([]);
  });
});

/** Another plan, whose checksum fits: what was to be gone by its id is another image. */
function forged(text: string): string {
  const lines = text.trimEnd().split('\n').slice(0, -1);
  const changed = lines.map((line) => line.replace('"because":"', '"because":"not '));
  const hash = runningSha256();
  for (const line of changed) hash.update(`${line}\n`);
  const end = { end: { actions: changed.length - 1, sha256: hash.hex() } };
  return [...changed, JSON.stringify(end), ''].join('\n');
}
