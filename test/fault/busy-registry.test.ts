import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type CompanyRecord, recordsCsv } from '../support/company.ts';
import { startDockerRegistry } from '../support/docker-registry.ts';
import { pushImage, pushTag } from '../support/push-image.ts';
import { brokenParts, readTags } from '../support/registry-view.ts';
import { describeReal } from '../support/requirements.ts';
import { builtCli, runCli } from '../support/run-cli.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const REPOSITORY = 'ci/busy';
const IMAGES = 60;

/*
 * Distribution looks through the link files of all tags when it deletes a manifest. A push to any tag of the repository at that
 * moment can make it fail half-way: the manifest is gone, its tags are still listed.
 */
describeReal('on a registry to which others push all the time', ['docker-registry'], () => {
  test.each([
    { how: 'by digest', flags: [] },
    { how: 'by overwriting', flags: ['--untag-by-overwrite'] },
  ])(
    'what goes $how is gone, what was pushed meanwhile is whole, no tag is left without an image, and undo works',
    async ({ flags }) => {
      builtCli();
      const registry = await startDockerRegistry();
      const home = makeTempFolder('home');
      const records: CompanyRecord[] = [];
      for (let n = 0; n < IMAGES; n += 1) {
        const image = await pushImage(registry.url, REPOSITORY, { tag: `old-${n}`, label: `${n}` });
        records.push({ repository: REPOSITORY, tag: `old-${n}`, status: 'archived' });
        if (n % 3 > 0) continue;
        await pushTag(registry.url, REPOSITORY, `shared-${n}`, image);
        records.push({ repository: REPOSITORY, tag: `shared-${n}`, status: 'running' });
      }
      recordsCsv(records, join(home, 'records.csv'));
      const before = await readTags(registry.url);

      const others = pushOnAndOn(registry.url);
      const args = ['--registry', registry.url, '--records', 'file:records.csv', '--transient', 'ci/*', ...flags];
      const run = await runCli(['reconcile', ...args, '--confirm', '-o', 'json'], { home });
      const pushed = await others.stop();
      const after = await readTags(registry.url);
      const broken = await brokenParts(registry.url, after.keys());
      const undone = await runCli(['undo', 'last'], { home });

      const goes = (n: number) => n % 3 > 0 || flags.length > 0;
      const gone = [...before.keys()].filter((reference) => {
        const [, n] = /:old-(\d+)$/.exec(reference) ?? [];
        return n !== undefined && goes(Number(n));
      });
      expect([run.code, run.stderr]).toEqual([0, '']);
      expect(pushed.size).toBeGreaterThan(5);
      const left = [...before].filter(([reference]) => !gone.includes(reference));
      expect([...after]).toEqual([...new Map([...left, ...pushed])].sort(([a], [b]) => (a < b ? -1 : 1)));
      expect(broken).toEqual([]);
      expect([undone.code, undone.stderr]).toEqual([0, '']);
      const all = [...new Map([...before, ...pushed])].sort(([a], [b]) => (a < b ? -1 : 1));
      expect([...(await readTags(registry.url))]).toEqual(all);
    },
  );
});

/** New tags, and one that moves from each image to the next. */
function pushOnAndOn(url: string) {
  const tags = new Map<string, string>();
  let stopped = false;
  const work = async () => {
    for (let n = 0; !stopped; n += 1) {
      const image = await pushImage(url, REPOSITORY, { tag: `new-${n}`, label: `new ${n}` });
      tags.set(`${REPOSITORY}:new-${n}`, image.digest);
      for (let times = 0; times < 5; times += 1) await pushTag(url, REPOSITORY, 'latest', image);
      tags.set(`${REPOSITORY}:latest`, image.digest);
      await sleep(5);
    }
  };
  const done = work();
  return {
    stop: async (): Promise<ReadonlyMap<string, string>> => {
      stopped = true;
      await done;
      return tags;
    },
  };
}
