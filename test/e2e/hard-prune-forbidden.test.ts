import { chmodSync, chownSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NOBODY, runCliAsNobody } from '../support/cli-as-nobody.ts';
import { describeReal } from '../support/requirements.ts';
import { buildStore, foldersBelow, image, listFiles, listTree } from '../support/store-world/index.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/** Three repositories, each of which alone has a layer; `o` is garbage. All of it belongs to who runs the command. */
function ownStore() {
  const store = buildStore(makeTempFolder('forbidden'), {
    manifests: { A: image(['a']), M: image(['m']), Z: image(['z']) },
    repositories: { first: { tags: { v1: 'A' } }, middle: { tags: { v1: 'M' } }, zoo: { tags: { v1: 'Z' } } },
    orphans: ['o'],
  });
  if (process.getuid?.() === 0)
    for (const path of [
      ...foldersBelow(store.folder),
      ...listFiles(store.folder).map((name) => join(store.folder, name)),
    ])
      chownSync(path, NOBODY, NOBODY);
  return store;
}

/** While a folder may not be read, which its owner could change, and nobody else. */
async function whileForbidden<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const { mode } = lstatSync(folder);
  chmodSync(folder, 0);
  try {
    return await work();
  } finally {
    chmodSync(folder, mode);
  }
}

describeReal('hard-prune, where a part of the storage may not be read', ['setpriv'], () => {
  test('ends before anything is deleted, by its own plan or a saved one, and names the part', async () => {
    const store = ownStore();
    const home = makeTempFolder('home');
    const run = (...args: readonly string[]) =>
      runCliAsNobody(args, { home, env: { WINNOW_HARD_PRUNE_CHECK_AFTER: '10s' } });
    const hardPrune = ['hard-prune', '--store', `distribution-fs:${store.folder}`, '--cache', 'none'];
    const revisions = join(store.repository('middle'), '_manifests', 'revisions', 'sha256');
    const ofTheRegistry = () => listFiles(store.folder).filter((path) => !path.startsWith('.winnow'));
    const before = ofTheRegistry();
    const planned = await run(...hardPrune, '--plan-out', 'plan.jsonl');
    expect([planned.code, planned.stderr]).toEqual([0, '']);
    expect(planned.stdout).toContain('Would delete 1 blob');

    for (const args of [
      [...hardPrune, '--confirm'],
      ['apply', 'plan.jsonl', '--confirm'],
    ]) {
      const { code, stderr } = await whileForbidden(revisions, () => run(...args));
      expect(stderr).toContain(`${revisions}: permission denied`);
      expect([code, stderr.includes('STORE_WALK_FAILED')]).toEqual([5, true]);
    }

    expect(ofTheRegistry()).toEqual(before);
    const done = await run('apply', 'plan.jsonl', '--confirm');
    expect([done.code, done.stdout.includes('Unlinked 1 blob')]).toEqual([0, true]);
  });
});

describeReal('hard-prune --mark-out, where the storage may only be read', ['setpriv'], () => {
  test('makes the mark all the same, and says that it goes by the clock of its maker', async () => {
    const { folder } = ownStore();
    chmodSync(folder, 0o555);
    const [home, before] = [makeTempFolder('home'), listTree(folder)];

    const args = ['hard-prune', '--store', `distribution-fs:${folder}`, '--mark-out', 'mark'];
    const { code, stdout, stderr } = await runCliAsNobody(args, { home });

    expect([code, stdout.includes('nothing needs')]).toEqual([0, true]);
    expect(stderr).toMatch(/^\S+ warn the mark goes by the clock of this machine why="[^\n]*permission denied"\n$/);
    expect(listTree(folder)).toEqual(before);
    chmodSync(folder, 0o755);
  });
});
