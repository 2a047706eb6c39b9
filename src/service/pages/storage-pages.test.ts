import { beforeAll, describe, expect, it } from 'vitest';
import { type HttpRig, httpRig } from '../../../test/support/http-rig.ts';
import {
  type MadeUpTag,
  madeUpDigest,
  madeUpInventory,
  madeUpTarget,
} from '../../../test/support/made-up-inventory.ts';
import type { History } from '../../systems/history/contract.ts';
import { histories } from '../../systems/history/index.ts';
import { ServiceError } from '../errors.ts';
import { problemPage } from './problem-page.tsx';
import { registerPages } from './register-pages.ts';

const MIB = 2 ** 20;
const at = '/w/storage/registry.example%3A5000';
const tags: readonly MadeUpTag[] = [
  { repository: 'team/app', tag: 'v1', image: 1, bytes: 30 * MIB, verdict: 'goes', ageDays: 400 },
  { repository: 'team/app', tag: 'v2', image: 2, bytes: 20 * MIB, verdict: 'used', ageDays: 3 },
  {
    repository: 'ci/<b>build',
    tag: 'x',
    image: 3,
    bytes: MIB,
    verdict: 'stays',
    reason: 'it says <script>alert(1)</script>',
  },
];
const links = [
  { from: 'Pod shop/web', to: 'workload prod/shop/Pod/web', as: 'holds' },
  { from: 'workload prod/shop/Pod/web', to: `${madeUpTarget}/team/app:v2`, as: 'uses' },
];

let history: History;
let rig: HttpRig;
const tried: string[] = [];

beforeAll(async () => {
  history = histories.memory();
  const { header, lines } = madeUpInventory(tags, links, { sharedBytes: 9 * MIB });
  await history.saveInventory(header, lines);
  rig = httpRig({
    settings: { basePath: '/w' },
    parts: { history, pages: registerPages, problemPage: problemPage({ nowMs: () => 0 }) },
    desk: {
      tryPolicies: (target, settings, who) => {
        tried.push(`${target} ${who.name}: ${settings}`);
        if (settings.includes('broken'))
          throw new ServiceError(
            'POLICY_INVALID',
            'reading the policies: prune.policies[0].keepNewest: it is not a number',
          );
        return Promise.resolve({
          ...{ of: `registry ${madeUpTarget}`, madeAt: '2026-11-21T03:00:00.000Z', gaps: 1 },
          tested: {
            name: 'new.yaml',
            tags: 2,
            manifests: 1,
            freesBytes: 50 * MIB,
            idleRules: ['policy a: keepMatching x'],
          },
          against: { name: 'old.yaml', tags: 1, manifests: 1, freesBytes: 30 * MIB, idleRules: [] },
          newlyDeleted: [
            {
              ...{ target: `${madeUpTarget}/team/app:v2`, reason: 'deleted-by-policy', because: 'older than 1 d' },
              ...{ freesBytes: 20 * MIB, before: { reason: 'kept-by-policy', because: 'keepNewest 3' } },
            },
          ],
          newlyKept: [],
        });
      },
    },
  });
});

async function page(path: string, status = 200): Promise<string> {
  const answer = await rig.ask(path, { headers: { accept: 'text/html' } });
  const text = await answer.text();
  expect(answer.status, text.slice(0, 600)).toBe(status);
  // What the content security policy would refuse.
  expect(text).not.toMatch(/ style="| on[a-z]+="|<script>/);
  return text;
}

describe('/storage', () => {
  it('lists registries with their sums', async () => {
    const html = await page('/w/storage');
    expect(html).toContain(`<a href="${at}">registry.example:5000</a>`);
    expect(html).toContain('title="62,914,560 bytes"');
  });

  it('says so where no run has listed a registry', async () => {
    const empty = httpRig({ parts: { pages: registerPages } });
    const answer = await empty.ask('/storage');
    expect(await answer.text()).toContain('No run has listed a registry yet');
  });
});

describe('/storage/:target', () => {
  it('shows a registry as a treemap of links, and the same as a table', async () => {
    const html = await page(at);
    expect(html).toContain('aria-label="registry.example:5000: 60 MiB"');
    expect(html).toContain(`href="/w/images/registry.example%3A5000/team/app@${madeUpDigest(1)}"`);
    expect(html).toContain(`<a href="${at}?repository=team%2Fapp&amp;colour=verdict">team/app</a>`);
    expect(html).toContain('Shared across repositories: 9 MiB');
    expect(html.indexOf('team/app</a></th>')).toBeLessThan(html.indexOf('ci/&lt;b&gt;build</a></th>'));
  });

  it('is coloured by age or by what can be had back, where that is asked for', async () => {
    expect(await page(`${at}?colour=age`)).toMatch(/look-step-4[^>]*>(?:(?!<\/a>).)*v1/);
    expect(await page(`${at}?colour=reclaim`)).toContain('up to 10 % can be had back');
    expect(await page(`${at}?colour=nonsense`)).toContain('what becomes of it</a> (shown)');
  });

  it('counts ages of tags by what becomes of them', async () => {
    expect(await page(at)).toContain(
      '<desc>under 7 d: 20 MiB; 7 to 30 d: 0 B; 30 to 90 d: 0 B; 90 d to 1 y: 0 B; over 1 y: 30 MiB; unknown: 1 MiB.</desc>',
    );
  });

  it('is filtered and sorted by its address alone', async () => {
    const html = await page(`${at}?text=CI&sort=name`);
    expect(html).toContain('<caption>1 repository</caption>');
    expect(html).toContain('aria-sort="ascending"');
    expect(html).toContain('<input id="text" name="text" type="search" value="CI"');
  });

  it('shows one repository, with its tags and why each stays or goes', async () => {
    const html = await page(`${at}?repository=team%2Fapp&verdict=goes`);
    expect(html).toContain('<h1>team/app</h1>');
    expect(html).toContain('policy builds (v1)');
    expect(html).toContain('1 tag, which hold 30 MiB each alone');
    expect(await page(`${at}?repository=ci%2F%3Cb%3Ebuild`)).toContain('it says &lt;script&gt;alert(1)&lt;/script&gt;');
  });

  it('tells of registries and repositories that no run has seen', async () => {
    expect(await page('/w/storage/other.example', 404)).toContain('NO_INVENTORY');
    expect(await page(`${at}?repository=nowhere`, 404)).toContain('NO_INVENTORY');
  });
});

describe('what if', () => {
  it('begins with the policies by which the last run planned', async () => {
    await history.claimRun({
      ...{ id: 'p-1', schedule: 'p', flow: 'prune', trigger: 'schedule', dueAtMs: 1, state: 'planned' },
      ...{ target: madeUpTarget, planId: 'plan-1' },
    });
    const keep = [{ words: 'keepNewest 7', when: { if: 'newest', count: 7, by: 'pushed' } }];
    const policy = { minAgeMs: 0, policies: [{ name: 'builds', repositories: ['team/*'], keep, delete: [] }] };
    await history.savePlan('p-1', JSON.stringify({ winnow: 'plan/v1', policy }), [], []);
    const html = await page(`${at}/try`);
    expect(html).toContain('These are the policies by which the last run planned');
    expect(html).toMatch(
      /<textarea[^>]*>prune:\n {2}minAge: &quot;0&quot;\n {2}policies:\n {4}- name: builds\n(.|\n)*keepNewest: 7/,
    );
  });

  it('tells what other policies would do, and why', async () => {
    const html = await send('prune: {policies: []}\r\n');
    expect(tried.at(-1)).toBe('registry.example:5000 local: prune: {policies: []}\n');
    expect(html).toContain('Would newly go: 1, 20 MiB');
    expect(html).toContain('older than 1 d');
    expect(html).toContain('keepNewest 3');
    expect(html).toContain('Met by nothing: policy a: keepMatching x');
    expect(html).toContain('prune: {policies: []}');
  });

  it('keeps what was written where it can not be read, and says what is wrong', async () => {
    const html = await send('broken: <yes>');
    expect(html).toContain('prune.policies[0].keepNewest: it is not a number');
    expect(html).toContain('broken: &lt;yes&gt;');
  });

  it('is not asked by a form of another site', async () => {
    const count = tried.length;
    const answer = await rig.ask(`${at}/try`, { method: 'POST', body: new URLSearchParams({ settings: 'x' }) });
    expect(answer.status).toBe(403);
    expect(tried).toHaveLength(count);
  });

  async function send(settings: string): Promise<string> {
    const csrf = /name="csrf" value="([^"]+)"/.exec(await page(`${at}/try`))?.[1] ?? '';
    const answer = await rig.ask(`${at}/try`, { method: 'POST', body: new URLSearchParams({ csrf, settings }) });
    const text = await answer.text();
    expect(answer.status, text.slice(0, 500)).toBe(200);
    return text;
  }
});

describe('/images/:target', () => {
  it('leads to the image of a tag, and from there to what keeps it', async () => {
    const answer = await rig.ask('/w/images/registry.example%3A5000?ref=team%2Fapp%3Av2');
    expect(answer.status).toBe(303);
    const path = answer.headers.get('location') ?? '';
    expect(path).toBe(`/w/images/registry.example%3A5000/team/app@${madeUpDigest(2)}`);
    const html = await page(path);
    const list = /<ol>(.*?)<\/ol>/s.exec(html)?.[1]?.replaceAll(/<[^>]+>/g, '');
    expect(list).toMatch(
      /^Pod shop\/web holds.*workload prod\/shop\/Pod\/web uses.*team\/app:v2 points at.*team\/app@sha256:000000000000…$/s,
    );
    expect(html.indexOf('<ol>')).toBeLessThan(html.indexOf('keeper-graph'));
    expect(html).toContain('For it to go, everything that stays and refers to it would have to go first.');
    expect(html).toContain('<title>1 layer, 20 MiB: 20 MiB of its own');
  });

  it('says of an image that goes what would keep it', async () => {
    const html = await page(`/w/images/registry.example%3A5000/team/app@${madeUpDigest(1)}`);
    expect(html).toContain('Why nothing keeps it');
    expect(html).toContain('For it to stay, ');
    expect(html).toContain('Nobody was seen to run it');
  });

  it('lists what a search finds, by names that can be anything', async () => {
    const html = await page('/w/images/registry.example%3A5000?ref=%3Cb%3E');
    expect(html).toContain('ci/&lt;b&gt;build:x</a>');
    expect(await page('/w/images/registry.example%3A5000?text=TEAM')).toContain('team/app:v2</a>');
    expect(await page('/w/images/registry.example%3A5000?ref=zzz')).toContain('No tag has this in its name');
  });

  it('tells of images that no run has seen', async () => {
    await page(`/w/images/registry.example%3A5000/team/app@${madeUpDigest(77)}`, 404);
    await page('/w/images/registry.example%3A5000/team/app', 404);
    await page('/w/images/other.example?ref=x', 404);
  });
});
