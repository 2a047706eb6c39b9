import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startDockerRegistry } from '../support/docker-registry.ts';
import { pushImage } from '../support/push-image.ts';
import { brokenParts, readTags } from '../support/registry-view.ts';
import { describeReal } from '../support/requirements.ts';
import { runCli } from '../support/run-cli.ts';
import { serveFolder, writeRows } from '../support/small-world.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/** Distribution's own collector does this to tags with `--delete-untagged`, and so do scripts that remove manifests. */
function loseManifest(folder: string, repository: string, digest: string): void {
  const revisions = join(folder, 'docker/registry/v2/repositories', repository, '_manifests/revisions');
  rmSync(join(revisions, digest.replace(':', '/')), { recursive: true });
}

describeReal('a tag whose manifest another tool removed', ['docker-registry'], () => {
  test.each([
    { title: 'deletes by digest only', deleteByTag: false },
    { title: 'deletes by tag', deleteByTag: true },
  ])('goes from a registry that $title, by its record or by name, and hinders nothing any more', async (given) => {
    const folder = makeTempFolder('registry');
    const home = makeTempFolder('home');
    const registry = given.deleteByTag
      ? await serveFolder(folder, { deleteByTag: true })
      : await startDockerRegistry({ folder });
    for (const tag of ['by-record', 'by-name', 'in-use', 'kept']) {
      const { digest } = await pushImage(registry.url, 'team/app', { tag, label: tag, layers: ['common'] });
      if (tag !== 'kept') loseManifest(folder, 'team/app', digest);
    }
    const records = writeRows({
      'team/app:by-record': 'archived',
      'team/app:in-use': 'running',
      'team/app:kept': 'running',
    });
    const options = ['--registry', registry.url, '--records', `file:${records}`];
    const before = await readTags(registry.url);

    const run = await runCli(['reconcile', ...options, '--transient', 'team/*', '--confirm', '-o', 'json'], { home });
    const named = await runCli(['tag', 'rm', 'team/app:by-name', ...options, '--confirm', '-o', 'json'], { home });
    const held = await runCli(['tag', 'rm', 'team/app:in-use', ...options, '--confirm'], { home });
    const undone = await runCli(['undo', 'last'], { home });
    const after = await readTags(registry.url);

    expect([...before.values()].filter((digest) => digest === 'nothing')).toHaveLength(3);
    expect(run.code, run.stdout + run.stderr).toBe(5); // a tag that points at nothing is incomplete evidence
    expect(JSON.parse(run.stdout).counts).toEqual({ done: 1, alreadyGone: 0, skipped: 0, failed: 0 });
    expect(named.code, named.stdout + named.stderr).toBe(5);
    expect(JSON.parse(named.stdout).counts).toEqual({ done: 1, alreadyGone: 0, skipped: 0, failed: 0 });
    expect(held.code, held.stdout + held.stderr).toBe(4);
    expect(held.stderr).toContain('TAG_STAYS');
    expect(undone.code, undone.stdout + undone.stderr).toBe(0);
    expect([...after.keys()]).toEqual(['team/app:in-use', 'team/app:kept']);
    expect(await brokenParts(registry.url, ['team/app:kept'])).toEqual([]);
  });
});
