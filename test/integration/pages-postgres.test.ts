import { expect, test } from 'vitest';
import { createApp } from '../../src/service/http/app.ts';
import { histories } from '../../src/systems/history/index.ts';
import { atEnd } from '../support/at-end.ts';
import { ids } from '../support/pages-world.ts';
import { startPostgres } from '../support/postgres.ts';
import { describeReal } from '../support/requirements.ts';
import { type PagesParts, pagesParts } from '../support/served-pages.ts';

const [run, api] = [`/runs/${ids.waiting}`, '/api/v1'];
const PLACES = [
  ...['/', '/runs', `/runs?schedule=nodes`, `/runs/${ids.partial}`, '/schedules', '/audit', '/storage', '/metrics'],
  ...[`${run}/plan`, `${run}/plan?text=team&verb=delete-tag`, `${run}/plan?before=200`, `${run}/plan?reason=unheard`],
  ...[`/runs/${ids.partial}/plan?outcome=skipped`, `${run}/compare`, `${run}/plan.ndjson`],
  ...[`${api}/summary`, `${api}/runs?limit=3`, `${api}${run}`, `${api}${run}/plan`, `${api}${run}/events`],
  ...[`${api}${run}/actions?limit=2&from=238`, `${api}${run}/actions?text=WEB`, `${api}${run}/sums?verb=delete-tag`],
  ...[`${api}${run}/sums?outcome=done`, `${api}/runs/${ids.partial}/report`, `${api}${run}/compare/${ids.previous}`],
  ...[`${api}/schedules`, `${api}/audit?limit=2`, `${api}/disks`, `${api}/registries`],
];

/** Of each registry: its page with tables, its parts, tags, and whatever leads on from there. */
async function placesOf({ history }: PagesParts): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { target } of await history.inventories()) {
    const [page, registry] = [
      `/storage/${encodeURIComponent(target)}`,
      `${api}/registries/${encodeURIComponent(target)}`,
    ];
    found.push(page, `${page}/search?q=a`, `${registry}/repositories`, `${registry}/tags?limit=5&sort=createdAt`);
    for (const { repository, tag, digest } of (await history.inventoryTags(target, { sort: 'name', limit: 2 })).rows)
      found.push(`${page}/image?repository=${repository}&tag=${tag}`, `${registry}/images/${digest}`);
    found.push(`${api}/disks/${encodeURIComponent(target)}/history`);
  }
  return found;
}

/** So that a difference is seen in its place. What each process makes for itself is left out: keys of forms, figures of its own. */
function partsOf(path: string, text: string): unknown {
  if (path === '/metrics') return text.split('\n').filter((line) => /^winnow_(?!leader|build)/.test(line));
  if (text.startsWith('{') && !path.endsWith('.ndjson')) return JSON.parse(text);
  return text.replaceAll(/name="csrf" value="[^"]*"/g, '').split(/(?<=[>,])/);
}

describeReal('a service whose history is PostgreSQL', ['postgres', 'initdb'], () => {
  test('shows and answers all as it does with any other history', async () => {
    const server = await startPostgres();
    const history = await histories.postgres({ url: server.url });
    atEnd(() => history.close());
    const [here, there] = [await pagesParts(), await pagesParts({}, '/nowhere', history)];
    const read = async (made: PagesParts, path: string) => {
      const peer = { incoming: { socket: { remoteAddress: '127.0.0.1' } } };
      const answer = await createApp(made.parts).request(path, { headers: { host: '127.0.0.1' } }, peer);
      return { path, status: answer.status, parts: partsOf(path, await answer.text()) };
    };
    const statuses = new Map<string, number>();

    for (const path of [...PLACES, ...(await placesOf(here))]) {
      const wanted = await read(here, path);
      expect(await read(there, path)).toEqual(wanted);
      statuses.set(path, wanted.status);
    }

    const good = PLACES.filter((path) => statuses.get(path) === 200);
    expect(good).toEqual(PLACES);
  });
});
