import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type * as z from 'zod';
import { aRun, type HttpRig, httpRig, NOW_MS } from '../../../../test/support/http-rig.ts';
import type { NewPlanRow, RunRecord } from '../../../systems/history/contract.ts';
import { ServiceError } from '../../errors.ts';
import { openApiDocument } from './openapi.ts';
import type { Route } from './route.ts';
import { problemSchema } from './schemas/service-schemas.ts';
import { API_PATH, routeTable } from './table.ts';

const HASH = 'a'.repeat(64);
const digest = `sha256:${'b'.repeat(64)}`;
const REGISTRY = 'registry.example:5000';

const row = (n: number, change: Partial<NewPlanRow> = {}): NewPlanRow => ({
  ...{ n, verb: 'delete-tag', group: 'team/app', target: `team/app:v${n}`, reasonCode: 'expired', reason: 'old' },
  ...{ freesBytes: 10 * n, line: JSON.stringify({ n }), ...change },
});

/** A service in which something of everything is known. */
async function filledRig(options: Parameters<typeof httpRig>[0] = {}): Promise<HttpRig> {
  const rig = httpRig(options);
  const { history } = rig.parts;
  for (const id of ['r1', 'r2'])
    await history.claimRun(
      aRun({ id, state: 'waiting', planHash: HASH, plannedBytes: 60, counts: { found: 9, planned: 3 }, gaps: 1 }),
    );
  await history.savePlan(
    'r1',
    '{"winnow":"plan/v1"}',
    [row(0), row(1, { verb: 'delete-manifest' }), row(2)],
    ['{"end":1}'],
  );
  await history.savePlan('r2', '{"winnow":"plan/v1"}', [row(0)], []);
  await history.saveReport('r1', '{"done":3}');
  await history.addEvent({ atMs: NOW_MS, runId: 'r1', type: 'run.state', data: { state: 'waiting' } });
  await history.addAudit({ atMs: NOW_MS, who: 'carol', role: 'approver', what: 'approve', runId: 'r1' });
  await history.saveInventory(
    {
      ...{ inventory: 'inventory/v1', target: REGISTRY, flow: 'prune', planId: 'p1', madeAtMs: NOW_MS },
      ...{ repositories: 1, tags: 1, images: 1, bytes: 100, sharedBytes: 0, untaggedBytes: 0 },
      ...{ reclaimableBytes: 30, gaps: 0 },
    },
    [
      {
        repository: {
          ...{ name: 'team/app', tags: 1, images: 1, exclusiveBytes: 100, sharedInsideBytes: 0 },
          ...{ untaggedBytes: 0, sharedOutsideBytes: 0, goingTags: 1, goingBytes: 30, ages: [] },
        },
      },
      {
        tag: {
          ...{ repository: 'team/app', tag: 'v1', digest, exclusiveBytes: 30, bytes: 100 },
          ...{ verdict: 'goes', reasonCode: 'expired', reason: 'old' },
        },
      },
      {
        image: {
          ...{ repository: 'team/app', digest, bytes: 100, verdict: 'goes', reasonCode: 'expired', reason: 'old' },
          layers: [{ digest, bytes: 90, images: 1 }],
        },
      },
      { link: { from: 'a', to: 'b', as: 'tag' } },
    ],
  );
  await history.addDisk({ target: REGISTRY, kind: 'registry', atMs: NOW_MS, usedBytes: 100 });
  return rig;
}

/** A good request to each route. */
const examples: Readonly<Record<string, { readonly path: string; readonly body?: unknown }>> = {
  getSummary: { path: '/summary' },
  listSchedules: { path: '/schedules' },
  listAudit: { path: '/audit?runId=r1&limit=10' },
  getMe: { path: '/me' },
  listRuns: { path: '/runs?state=waiting&state=done&schedule=nightly&limit=1' },
  getRun: { path: '/runs/r1' },
  getRunReport: { path: '/runs/r1/report' },
  listRunEvents: { path: '/runs/r1/events?after=0' },
  getPlanHeader: { path: '/runs/r1/plan' },
  downloadPlan: { path: '/runs/r1/plan.ndjson' },
  listActions: { path: '/runs/r1/actions?verb=delete-tag&text=APP&from=0&limit=1' },
  getPlanSums: { path: '/runs/r1/sums?group=team/app' },
  comparePlans: { path: '/runs/r1/compare/r2' },
  startRun: { path: '/schedules/nightly/runs' },
  approveRun: { path: '/runs/r1/approve', body: { planHash: HASH } },
  rejectRun: { path: '/runs/r1/reject', body: { note: 'not today' } },
  stopRun: { path: '/runs/r1/stop', body: {} },
  undoRun: { path: '/runs/r1/undo' },
  raiseLimits: { path: '/runs/r1/raise-limits' },
  listRegistries: { path: '/registries' },
  listRepositories: { path: `/registries/${encodeURIComponent(REGISTRY)}/repositories` },
  listTags: { path: `/registries/${encodeURIComponent(REGISTRY)}/tags?verdict=goes&sort=name` },
  getImages: { path: `/registries/${encodeURIComponent(REGISTRY)}/images/${digest}` },
  listLinks: { path: `/registries/${encodeURIComponent(REGISTRY)}/links?end=to&key=b&key=c` },
  tryPolicies: { path: `/registries/${encodeURIComponent(REGISTRY)}/try-policies`, body: { settings: 'prune: {}' } },
  listDisks: { path: '/disks' },
  getDiskHistory: { path: `/disks/${encodeURIComponent(REGISTRY)}/history?sinceMs=0` },
  listen: { path: '/events?run=r1' },
};

/** As a proxy's admin: by hand, so that no page has to be proved. */
const admin = {
  access: {
    tokens: [],
    proxy: {
      ...{ userHeader: 'X-User', groupsHeader: 'X-Groups', trusted: ['10.0.0.1'] },
      roles: { viewers: 'viewer' as const, approvers: 'approver' as const, admins: 'admin' as const },
    },
  },
};

async function send(
  rig: HttpRig,
  one: Route,
  path: string,
  body?: unknown,
  group = 'admins',
  more: Record<string, string> = {},
) {
  const who = { 'X-User': 'dora', 'X-Groups': group };
  const page = await rig.ask('/csrf', { headers: who, peer: '10.0.0.1' });
  const csrf = page.status === 200 ? await page.text() : 'none';
  return await rig.ask(`${API_PATH}${path}`, {
    method: one.method.toUpperCase(),
    headers: {
      ...who,
      'X-CSRF-Token': csrf,
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...more,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    peer: '10.0.0.1',
  });
}

const withCsrf = {
  pages: (app: Parameters<HttpRig['parts']['pages']>[0]) =>
    void app.get('/csrf', (context) => context.text(context.get('csrf'))),
};
const routeOf = (id: string) => routeTable.find((one) => one.id === id)!;
const problem = async (answer: Response) => problemSchema.parse(await answer.json()) as z.output<typeof problemSchema>;

describe('the table of routes', () => {
  test('has an example for each, and each only once', () => {
    expect(routeTable.map(({ id }) => id).toSorted()).toEqual(Object.keys(examples).toSorted());
    expect(new Set(routeTable.map(({ method, path }) => `${method} ${path}`)).size).toBe(routeTable.length);
  });

  test.each(routeTable.map((one) => [one.id, one] as const))('%s answers what it says', async (id, one) => {
    const stop = new AbortController();
    const rig = await filledRig({ ...admin, parts: { ...withCsrf, stopping: stop.signal } });
    const example = examples[id]!;

    const answer = await send(rig, one, example.path, example.body);

    expect(answer.status).toBe(one.answer.status);
    if ('json' in one.answer) {
      expect(answer.headers.get('Content-Type')).toBe('application/json');
      expect(one.answer.json.safeParse(await answer.json()).error).toBeUndefined();
    } else expect(answer.headers.get('Content-Type')).toContain(one.answer.mediaType);
    stop.abort();
    await answer.body?.cancel().catch(() => undefined);
  });

  test.each(routeTable.map((one) => [one.id, one] as const))('%s asks for its role', async (id, one) => {
    const rig = await filledRig({ ...admin, parts: withCsrf });
    const below = { viewer: 'nobody', approver: 'viewers', admin: 'approvers' }[one.role];

    const answer = await send(rig, one, examples[id]!.path, examples[id]!.body, below);

    expect([answer.status, (await problem(answer)).code]).toEqual(
      one.role === 'viewer' ? [401, 'NOT_SIGNED_IN'] : [403, 'ROLE_TOO_LOW'],
    );
    expect(rig.asked).toEqual([]);
  });

  test.each(routeTable.map((one) => [one.id, one] as const))('%s knows no other parameters', async (id, one) => {
    const rig = await filledRig({ ...admin, parts: withCsrf });
    const { path, body } = examples[id]!;

    const answer = await send(rig, one, `${path}${path.includes('?') ? '&' : '?'}confirm=true`, body);

    expect(answer.status).toBe(400);
    expect((await problem(answer)).detail).toContain('"confirm"');
    expect(rig.asked).toEqual([]);
  });

  test.each(routeTable.filter(({ method }) => method === 'post').map((one) => [one.id, one] as const))(
    '%s knows no other fields',
    async (id, one) => {
      const rig = await filledRig({ ...admin, parts: withCsrf });
      const { path, body } = examples[id]!;

      const answer = await send(rig, one, path, { ...(body as object), dryRun: 'false' });

      expect(answer.status).toBe(400);
      expect((await problem(answer)).detail).toContain('"dryRun"');
      expect(rig.asked).toEqual([]);
    },
  );
});

describe('the OpenAPI document', () => {
  const document = openApiDocument('1.2.3', '/winnow') as {
    readonly paths: Record<
      string,
      Record<string, { operationId: string; parameters: { name: string }[]; responses: Record<string, unknown> }>
    >;
    readonly components: { readonly schemas: Record<string, unknown> };
  };

  test('has every route, with its parameters', () => {
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.values(methods).map((operation) => ({ path, operation })),
    );

    expect(operations.map(({ operation }) => operation.operationId)).toEqual(routeTable.map(({ id }) => id));
    for (const { path, operation } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(operation.parameters.map(({ name }) => name)).toEqual(expect.arrayContaining(inPath));
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['400', '401', '403', '429']));
    }
  });

  test('refers to forms that are there', () => {
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
      ([, name]) => name!,
    );

    expect(references.length).toBeGreaterThan(50);
    for (const name of references) expect(Object.keys(document.components.schemas)).toContain(name);
  });

  test('is served, below the base path', async () => {
    const base = httpRig({ settings: { basePath: '/winnow' } });

    const answer = await base.ask('/winnow/openapi.json');

    expect(await answer.json()).toEqual(document);
    expect((await base.ask('/openapi.json')).status).toBe(404);
  });
});

describe('the API', () => {
  let rig: HttpRig;
  beforeAll(async () => {
    rig = await filledRig({ ...admin, parts: withCsrf });
  });

  test('passes on who decides, and what', async () => {
    await send(rig, routeOf('approveRun'), '/runs/r1/approve', { planHash: HASH }, 'approvers');
    await send(rig, routeOf('rejectRun'), '/runs/r1/reject', undefined, 'approvers');

    expect(rig.asked).toEqual([`approve r1 by dora (approver) ${HASH}`, 'reject r1 by dora (approver)']);
  });

  test('tells what the desk refuses, with its code, status and next step', async () => {
    const refusing = await filledRig({
      ...{ ...admin, parts: withCsrf },
      desk: {
        approve: async () => {
          throw new ServiceError('PLAN_OTHER_HASH', 'approving the plan of r1: it is another by now');
        },
      },
    });

    const answer = await send(refusing, routeOf('approveRun'), '/runs/r1/approve', { planHash: HASH });

    expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
    expect(await problem(answer)).toEqual({
      ...{ type: 'about:blank', title: 'Conflict', status: 409, code: 'PLAN_OTHER_HASH' },
      ...{ detail: 'approving the plan of r1: it is another by now', hint: 'Look at the plan again.' },
    });
  });

  test('tells nothing of its own faults but to the log', async () => {
    const faulty = await filledRig({
      ...{ ...admin, parts: withCsrf },
      desk: {
        stop: async () => {
          throw new Error('password=hunter2');
        },
      },
    });

    const answer = await send(faulty, routeOf('stopRun'), '/runs/r1/stop');

    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('hunter2');
    expect(faulty.logged.join()).toContain('hunter2');
  });

  test.each([
    ['/runs/nope', 'RUN_NOT_FOUND'],
    ['/runs/nope/actions', 'RUN_NOT_FOUND'],
    ['/runs/r1/compare/nope', 'RUN_NOT_FOUND'],
    ['/registries/nope/tags', 'NO_INVENTORY'],
    [`/registries/${encodeURIComponent(REGISTRY)}/images/sha256:0`, 'NO_INVENTORY'],
    ['/nope', 'PAGE_NOT_FOUND'],
    ['/runs/r1/approve', 'PAGE_NOT_FOUND'],
    ['/runs/%2e%2e%2fx', 'RUN_NOT_FOUND'],
  ])('has nothing at %s: %s', async (path, code) => {
    const answer = await send(rig, routeOf('getMe'), path);

    expect([answer.status, (await problem(answer)).code]).toEqual([404, code]);
  });

  test.each([
    '/runs?limit=0',
    '/runs?limit=501',
    '/runs?limit=1e3x',
    '/runs?limit=',
    '/runs?state=gone',
    '/runs?before=x',
    '/runs?schedule=a&schedule=b',
    '/runs/r1/actions?from=-1',
    '/audit?before=1.5',
    `/registries/${encodeURIComponent(REGISTRY)}/links`,
  ])('refuses %s', async (path) => {
    const answer = await send(rig, routeOf('getMe'), path);

    expect([answer.status, (await problem(answer)).code]).toEqual([400, 'REQUEST_INVALID']);
  });

  test('takes no form where JSON is asked for, and no endless body', async () => {
    const form = await send(rig, routeOf('approveRun'), '/runs/r1/approve', `planHash=${HASH}`, 'admins', {
      'Content-Type': 'text/plain',
    });
    const large = await send(rig, routeOf('tryPolicies'), '/registries/x/try-policies', {
      settings: 'x'.repeat(300_000),
    });

    expect([form.status, large.status]).toEqual([415, 413]);
  });

  test('never does anything by a body that is not as it says', async () => {
    const before = rig.asked.length;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.record({ planHash: fc.anything() }).map((value) => JSON.stringify(value) ?? ''),
        ),
        async (body) => {
          fc.pre(body !== '');
          const answer = await send(rig, routeOf('approveRun'), '/runs/r1/approve', body);
          expect(answer.status).toBe(400);
          expect((await problem(answer)).code).toBe('REQUEST_INVALID');
        },
      ),
      { numRuns: 60 },
    );
    expect(rig.asked.length).toBe(before);
  });

  test('says that nothing changed to who has it already', async () => {
    const first = await send(rig, routeOf('listRuns'), '/runs');
    const tag = first.headers.get('ETag') ?? '';

    const again = await send(rig, routeOf('listRuns'), '/runs', undefined, 'admins', {
      'If-None-Match': `"x", W/${tag}`,
    });

    expect(tag).toMatch(/^"[\w-]+"$/);
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  test('gives the plan document to the byte', async () => {
    const answer = await send(rig, routeOf('downloadPlan'), '/runs/r1/plan.ndjson');

    expect(await answer.text()).toBe('{"winnow":"plan/v1"}\n{"n":0}\n{"n":1}\n{"n":2}\n{"end":1}\n');
    expect(answer.headers.get('Content-Disposition')).toBe('attachment; filename="r1.plan.ndjson"');
  });

  test('pages through runs that are due at the same moment, without losing one', async () => {
    const many = httpRig({ ...admin, parts: withCsrf });
    const wanted = Array.from({ length: 23 }, (_, n) => `run-${String(n).padStart(2, '0')}`);
    for (const [n, id] of wanted.entries())
      await many.parts.history.claimRun(aRun({ id, schedule: `s${n}`, dueAtMs: NOW_MS + Math.floor(n / 9) }));
    const seen: string[] = [];
    for (let next: string | undefined = ''; next !== undefined; ) {
      const path: string = `/runs?limit=4${next === '' ? '' : `&before=${encodeURIComponent(next)}`}`;
      const page = (await (await send(many, routeOf('listRuns'), path)).json()) as {
        items: RunRecord[];
        next?: string;
      };
      seen.push(...page.items.map(({ id }) => id));
      next = page.next;
    }

    expect(seen.toSorted()).toEqual(wanted);
  });

  test('pages through actions', async () => {
    const page = async (path: string) =>
      (await (await send(rig, routeOf('listActions'), path)).json()) as { items: { n: number }[]; next?: string };

    const first = await page('/runs/r1/actions?limit=2');
    const second = await page(`/runs/r1/actions?limit=2&from=${first.next}`);

    expect([first, second].map(({ items }) => items.map(({ n }) => n))).toEqual([[0, 1], [2]]);
    expect(second.next).toBeUndefined();
  });
});

describe('starting a run twice by one key', () => {
  async function starting() {
    let begun = 0;
    const rig: HttpRig = httpRig({
      ...{ ...admin, parts: withCsrf },
      desk: {
        async start(schedule) {
          begun += 1;
          const run = aRun({ id: `${schedule}-${begun}`, state: 'planning' });
          if (!(await rig.parts.history.claimRun(run))) throw new Error('claimed twice');
          return run;
        },
      },
    });
    const start = async (schedule: string, key: string) =>
      await send(rig, routeOf('startRun'), `/schedules/${schedule}/runs`, undefined, 'admins', {
        'Idempotency-Key': key,
      });
    const idOf = async (answer: Response) => ((await answer.json()) as RunRecord).id;
    return { rig, start, idOf, begun: () => begun };
  }

  test('begins one', async () => {
    const { start, idOf, begun } = await starting();

    expect(await idOf(await start('nightly', 'k1'))).toBe('nightly-1');
    expect(await idOf(await start('nightly', 'k1'))).toBe('nightly-1');
    expect(await idOf(await start('nightly', 'k2'))).toBe('nightly-2');
    expect(begun()).toBe(2);
  });

  test('of another schedule is refused', async () => {
    const { start } = await starting();
    await start('nightly', 'k1');

    expect((await problem(await start('weekly', 'k1'))).code).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  test('begins another after a day', async () => {
    const { rig, start, begun } = await starting();
    await start('nightly', 'k1');
    rig.pass(24 * 3_600_000 + 1);
    await start('nightly', 'k1');

    expect(begun()).toBe(2);
  });
});
