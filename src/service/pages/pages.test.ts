import { Hono } from 'hono';
import { beforeEach, describe, expect, it } from 'vitest';
import { hostileName, ids, PLAN_ACTIONS, people, worldNowMs } from '../../../test/support/pages-world.ts';
import { type PagesParts, pagesParts } from '../../../test/support/served-pages.ts';
import type { AccessRole } from '../../config/serve-settings.ts';
import { ServiceError } from '../errors.ts';
import type { ServiceEnv } from '../http/parts.ts';
import { registerPages } from './register-pages.ts';

let made: PagesParts;
beforeEach(async () => {
  made = await pagesParts();
});

/** The pages for somebody who is let in already: who that is, is not theirs to find out. */
function pagesFor(role: AccessRole, basePath = '', { parts } = made): Hono<ServiceEnv> {
  const inner = new Hono<ServiceEnv>();
  inner.use('*', async (context, next) => {
    context.set('person', people[role]);
    context.set('signedInBy', 'session');
    context.set('csrf', 'the-csrf-token');
    context.set('basePath', basePath);
    await next();
  });
  registerPages(inner, parts);
  const outer = new Hono<ServiceEnv>({ strict: false });
  outer.onError((failure, context) => {
    if (failure instanceof ServiceError) return context.text(failure.code, failure.status as 404);
    throw failure;
  });
  return outer.route(basePath || '/', inner);
}

async function read(path: string, role: AccessRole = 'viewer', basePath = ''): Promise<string> {
  const answer = await pagesFor(role, basePath).request(`${basePath}${path}`);
  expect(answer.status, path).toBe(200);
  return await answer.text();
}

async function send(path: string, fields: Readonly<Record<string, string>>, role: AccessRole = 'approver') {
  const answer = await pagesFor(role).request(path, { method: 'POST', body: new URLSearchParams(fields) });
  return { status: answer.status, location: answer.headers.get('location'), cookie: answer.headers.get('set-cookie') };
}

/** The text of a page, as it is read. */
function textOf(html: string): string {
  return html
    .replaceAll(/<(style|script)[^>]*>.*?<\/\1>/gs, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');
}

const hash = { now: /name="planHash" value="([0-9a-f]{64})"/ };

describe('the overview', () => {
  it('names what needs somebody: plans that wait, limits that are broken, disks above their mark', async () => {
    const text = textOf(await read('/'));

    expect(text).toContain('registry-nightly A plan of 240 actions');
    expect(text).toContain('prod-eu-prune A plan of 12 actions, 480 MiB breaks limits. It removes 310 of 400 tags');
    expect(text).toContain('node-1 It is 85 % full');
  });

  it('counts what can be had back once for each place: readings, inventories, and plans that wait and can be approved', async () => {
    expect(textOf(await read('/'))).toMatch(/324 GiB/); // 5 of the node, 310 of the storage, 9.4 of the registry
  });

  it('takes off what was freed since the plan was made', async () => {
    await made.history.moveRun(ids.waiting, ['waiting'], {
      ...{ state: 'done', freedBytes: 4 * 2 ** 30 },
      ...{ applyStartedAtMs: worldNowMs - 80 * 60_000, endedAtMs: worldNowMs - 70 * 60_000 },
    });

    expect(textOf(await read('/'))).toMatch(/320 GiB/);
  });
});

describe('every page', () => {
  const pages = [
    '/',
    '/runs',
    ...Object.values(ids).map((id) => `/runs/${id}`),
    `/runs/${ids.waiting}/plan`,
    `/runs/${ids.waiting}/compare`,
    `/runs/${ids.partial}/plan?outcome=skipped`,
    '/schedules',
    '/audit',
    '/login',
  ];

  it.each(pages)('%s has no style or script of its own, and no name as HTML', async (path) => {
    const html = await read(path, 'admin');

    expect(html).toMatch(/^<!doctype html>/);
    expect(html).not.toMatch(/\sstyle=|<style|\son[a-z]+="/);
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).not.toContain('<img');
    expect(html.match(/<h1/g)).toHaveLength(1);
  });

  it.each(pages)('%s stays below the base path with all its links and forms', async (path) => {
    const html = await read(path, 'admin', '/winnow');
    const ways = [...html.matchAll(/\s(?:href|src|action|data-live)="([^"#]*)/g)].map(([, way]) => way ?? '');

    expect(
      ways.filter((way) => way !== '' && !way.startsWith('/winnow/') && !/^\/(runs\/[^/]+\/)?live$/.test(way)),
    ).toEqual([]);
  });

  it('answers 404 for a run that is not there', async () => {
    for (const path of [
      '/runs/none',
      '/runs/none/plan',
      '/runs/none/live',
      '/runs/none/plan.ndjson',
      `/runs/${ids.waiting}/compare?with=none`,
    ])
      expect((await pagesFor('admin').request(path)).status, path).toBe(404);
  });
});

describe('a plan', () => {
  it('shows a hundred rows, and leads to the next', async () => {
    const first = await read(`/runs/${ids.waiting}/plan`);
    const next = /rel="next" href="([^"#]+)/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? '';

    expect(first.match(/<th scope="row" class="target/g)).toHaveLength(100);
    expect(textOf(await read(next))).toContain('Rows 101 to 200 of the plan');
  });

  it('is read page by page, back as well as on, also what was looked for in it', async () => {
    const way = async (path: string, rel: string) =>
      new RegExp(`rel="${rel}" href="([^"]+)"`).exec(await read(path))?.[1]?.replaceAll('&amp;', '&');
    const first = `/runs/${ids.waiting}/plan`;
    const rowsOn = async (path: string) => /Rows \d+ to \d+ of the plan/.exec(textOf(await read(path)))?.[0];

    const second = (await way(first, 'next')) ?? '';
    const third = (await way(second, 'next')) ?? '';
    const back = (await way(third, 'prev')) ?? '';
    const begin = (await way(back, 'prev')) ?? '';

    expect(await way(third, 'next')).toBeUndefined();
    expect(await rowsOn(back)).toBe(await rowsOn(second));
    expect(await rowsOn(begin)).toBe(await rowsOn(first));
    expect([await way(begin, 'prev'), await way(first, 'prev')]).toEqual([undefined, undefined]);
    expect(await way(back, 'next')).toBe(third);
    const searched = (await way(`${first}?text=step`, 'next')) ?? '';
    expect([searched, await way(searched, 'prev')]).toEqual(Array(2).fill(expect.stringContaining('text=step')));
  });

  it('is filtered by a form: by text, action, reason, place and outcome together', async () => {
    const text = textOf(
      await read(`/runs/${ids.waiting}/plan?text=STEP-1&verb=delete-tag&reason=inactive-record&group=team%2Fweb`),
    );
    const rows = await made.history.planRows(ids.waiting, { limit: 1000 });
    const wanted = rows.filter(
      ({ target, verb, reasonCode, group }) =>
        target.includes('step-1') && verb === 'delete-tag' && reasonCode === 'inactive-record' && group === 'team/web',
    );

    expect(wanted.length).toBeGreaterThan(0);
    expect(text).toContain(`${wanted.length} actions of ${PLAN_ACTIONS} are like that`);
  });

  it('is downloaded line by line, as it was made', async () => {
    const answer = await pagesFor('viewer').request(`/runs/${ids.waiting}/plan.ndjson`);
    const lines = (await answer.text()).trimEnd().split('\n');
    expect(lines).toHaveLength(PLAN_ACTIONS + 2);

    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${ids.waiting}.plan.ndjson"`);
    for await (const line of made.history.planLines(ids.waiting)) expect(lines.shift()).toBe(line);
    expect(lines).toEqual([]);
  });

  it('is compared with the last plan of its schedule', async () => {
    expect(textOf(await read(`/runs/${ids.waiting}/compare`))).toMatch(
      /new in this plan, 2.36 GiB 40 in both, 7.13 GiB 200 no longer in it, 0 B 0/,
    );
  });
});

describe('deciding', () => {
  it('offers nothing to a viewer, and only what the state allows to others', async () => {
    const forms = async (id: string, role: AccessRole) =>
      [...(await read(`/runs/${id}`, role)).matchAll(/action="\/runs\/[^/]+\/([a-z-]+)"/g)].map(([, what]) => what);

    expect(await forms(ids.waiting, 'viewer')).toEqual([]);
    expect(await forms(ids.waiting, 'approver')).toEqual(['approve', 'reject']);
    expect(await forms(ids.broken, 'approver')).toEqual(['reject']);
    expect(await forms(ids.broken, 'admin')).toEqual(['raise-limits', 'reject']);
    expect(await forms(ids.applying, 'approver')).toEqual(['stop']);
    expect(await forms(ids.previous, 'approver')).toEqual(['undo']);
    expect(await forms(ids.partial, 'approver'), 'what went on a node, went for good').toEqual([]);
  });

  it('approves the plan with the hash that was shown, once its number of actions was typed', async () => {
    const planHash = hash.now.exec(await read(`/runs/${ids.waiting}/plan`, 'approver'))?.[1] ?? '';
    const refused = await send(`/runs/${ids.waiting}/approve`, { planHash, count: '241' });
    const empty = await send(`/runs/${ids.waiting}/approve`, { planHash });
    expect(made.desk.asked).toEqual([]);
    const approved = await send(`/runs/${ids.waiting}/approve`, { planHash, count: ' 240 ' });

    expect(refused).toMatchObject({ status: 303, location: `/runs/${ids.waiting}/plan?refused=count` });
    expect(empty.location).toBe(refused.location);
    expect(approved).toMatchObject({ status: 303, location: `/runs/${ids.waiting}?said=approved` });
    expect(made.desk.asked).toEqual([`approve ${ids.waiting} anna ${planHash}`]);
  });

  it('takes a run back only after the word was typed', async () => {
    expect((await send(`/runs/${ids.previous}/undo`, { word: 'yes' })).location).toBe(
      `/runs/${ids.previous}?refused=word`,
    );
    expect((await send(`/runs/${ids.previous}/undo`, { word: 'Undo ' })).location).toBe(
      `/runs/${ids.previous}?said=undoing`,
    );
    expect(made.desk.asked).toEqual([`undo ${ids.previous} anna`]);
  });

  it('passes on why a plan was rejected', async () => {
    await send(`/runs/${ids.waiting}/reject`, { note: ` ${hostileName} ` });

    expect(made.desk.asked).toEqual([`reject ${ids.waiting} anna ${hostileName}`]);
  });

  it('tells on the page that somebody was first, and leaves what nobody may to the error page', async () => {
    const refusing = (code: 'RUN_IN_OTHER_STATE' | 'ROLE_TOO_LOW') => ({
      ...made,
      parts: {
        ...made.parts,
        desk: { ...made.desk, stop: () => Promise.reject(new ServiceError(code, 'stopping: no')) },
      },
    });
    const stop = (code: 'RUN_IN_OTHER_STATE' | 'ROLE_TOO_LOW') =>
      pagesFor('approver', '', refusing(code)).request(`/runs/${ids.applying}/stop`, { method: 'POST' });

    const late = await stop('RUN_IN_OTHER_STATE');
    expect(late.headers.get('location')).toBe(`/runs/${ids.applying}?refused=RUN_IN_OTHER_STATE`);
    expect(textOf(await read(late.headers.get('location') ?? ''))).toContain(
      'Nothing was done. The run is not in a state',
    );
    expect((await stop('ROLE_TOO_LOW')).status).toBe(403);
  });

  it('says nothing that an address made up', async () => {
    expect(await read(`/runs/${ids.waiting}?said=__proto__&refused=constructor`)).not.toContain('role="alert"');
  });
});

describe('colours', () => {
  it('are remembered, and lead back to the same page', async () => {
    const chosen = await send('/theme', { theme: 'dark', next: '/runs?state=done' });

    expect(chosen).toMatchObject({ status: 303, location: '/runs?state=done' });
    expect(chosen.cookie).toMatch(/^winnow_theme=dark; .*Path=\//);
  });

  it.each(['//evil.example', 'https://evil.example', '/\\evil.example', 'runs'])(
    'lead nowhere else: %s',
    async (next) => {
      expect((await send('/theme', { theme: 'dark', next })).location).toBe('/');
    },
  );
});

describe('assets', () => {
  it('are kept for ever under the address with their hash, and asked for again under any other', async () => {
    const [css] = /\/assets\/app\.css\?v=[0-9a-f]+/.exec(await read('/')) ?? [''];
    const cached = async (path: string) => (await pagesFor('viewer').request(path)).headers.get('cache-control');

    expect(await cached(css)).toContain('immutable');
    expect(await cached('/assets/app.css?v=old')).toBe('no-cache');
  });
});
