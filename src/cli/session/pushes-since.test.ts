import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import { digestA, eventAt, timeOf } from '../../systems/pulls/contract.suite.ts';
import { notificationFolder } from '../../systems/pulls/index.ts';
import { pushesSince } from './pushes-since.ts';
import type { ToldSession } from './read-told.ts';

const HOST = 'registry.example';
const HOUR_MS = 3_600_000;
const never = new AbortController().signal;
const planned = { flow: 'prune', madeAtMs: timeOf('10:30'), evidence: [{ observedAtMs: timeOf('10:20') }] } as const;

/** A session whose service wrote down these lines, by day. */
function sessionWith(days: Readonly<Record<string, readonly string[]>>, { leaseMs = HOUR_MS, handed = false } = {}) {
  const [stateDir, below] = [makeTempFolder('state'), makeTempFolder('handed')];
  const folder = notificationFolder(handed ? below : stateDir, HOST);
  mkdirSync(folder, { recursive: true });
  for (const [day, lines] of Object.entries(days))
    writeFileSync(join(folder, `${day}.ndjson`), lines.map((line) => `${line}\n`).join(''));
  return {
    settings: { stateDir, prune: {}, serve: { notifications: { pushLeaseMs: leaseMs } } },
    terminal: { env: handed ? { WINNOW_NOTIFICATIONS_BELOW: below } : {}, signal: never },
  } as unknown as ToldSession;
}

const push = (at: string) => JSON.stringify({ events: [eventAt(at, { action: 'push', tag: 'v1' })] });
const header = (more: object = {}) => ({ ...planned, ...more }) as unknown as Parameters<typeof pushesSince>[2];

test('pushes count from the first look of the plan, and a minute before, as clocks differ', async () => {
  const found = pushesSince(sessionWith({ '2026-08-01': [push('10:25')] }), HOST, header());
  const short = pushesSince(sessionWith({}, { leaseMs: 1000 }), HOST, header());

  expect([found?.sinceMs, found?.heldSinceMs]).toEqual([timeOf('10:19'), timeOf('09:20')]);
  expect(short?.sinceMs).toBe(timeOf('10:20') - 1000);
  const { pushes, hole } = (await found?.read(never)) ?? {};
  expect([pushes?.ofManifest('team/app', digestA)?.atMs, hole]).toEqual([timeOf('10:25'), undefined]);
});

test('a line since then that can not be read is told, one of days before is not even looked at', async () => {
  const garbled = pushesSince(sessionWith({ '2026-08-01': [push('10:00'), '{"events":[{'] }), HOST, header());
  const before = pushesSince(sessionWith({ '2026-07-30': ['nothing like it'] }), HOST, header());
  const all = pushesSince(sessionWith({ '2026-08-01': ['nothing like it'] }), HOST, header());

  expect((await garbled?.read(never))?.hole).toContain('line 2');
  expect((await before?.read(never))?.hole).toBeUndefined();
  expect((await all?.read(never))?.hole).toContain('no notification');
});

test('what a service handed over stands in for the state directory', async () => {
  const found = pushesSince(sessionWith({ '2026-08-01': [push('10:25')] }, { handed: true }), HOST, header());

  expect((await found?.read(never))?.pushes.ofTag('team/app', 'v1')?.atMs).toBe(timeOf('10:25'));
});

test.each([
  ['where pushes hold nothing', { leaseMs: 0 }, {}],
  ['of a tag that a person removes by name', {}, { flow: 'tag-rm' }],
])('nobody looks %s', (_, lease, flow) => {
  expect(pushesSince(sessionWith({}, lease), HOST, header(flow))).toBeUndefined();
});
