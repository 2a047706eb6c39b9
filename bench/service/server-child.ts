import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { serveSchema } from '../../src/config/schema/serve.ts';
import { toServe } from '../../src/config/to-serve.ts';
import type { Desk } from '../../src/service/desk.ts';
import { createApp } from '../../src/service/http/app.ts';
import { listen } from '../../src/service/http/listen.ts';
import { problemPage } from '../../src/service/pages/problem-page.tsx';
import { registerPages } from '../../src/service/pages/register-pages.ts';
import { scheduleViews } from '../../src/service/schedule/schedule-views.ts';
import type { History } from '../../src/systems/history/contract.ts';
import { histories } from '../../src/systems/history/index.ts';
import { peakBytes } from '../measure/usage.ts';
import { type Amounts, fillHistory, saveLargePlan } from './fill.ts';
import { NOW_MS } from './model.ts';

/** What the process is given, as JSON. */
export interface ServerOrder extends Amounts {
  readonly history:
    | { readonly kind: 'embedded'; readonly folder: string }
    | { readonly kind: 'postgres'; readonly url: string };
}

/** What it prints, a line of JSON each. */
export type ServerSaid =
  | { readonly listening: number; readonly fillMs: number }
  | { readonly rssBytes: number; readonly peakBytes: number }
  | { readonly savedMs: number };

/** What it reads: a word a line. `save` saves the large plan again, `memory` tells what is in use, `end` ends it. */
export type ServerWord = 'save' | 'memory' | 'end';

const say = (said: ServerSaid) => process.stdout.write(`${JSON.stringify(said)}\n`);
const order = JSON.parse(process.argv[2] ?? '') as ServerOrder;
const history = await openHistory(order);
const began = performance.now();
await fillHistory(history, order);
const fillMs = performance.now() - began;
const server = await listen(appOver(history), { host: '127.0.0.1', port: 0 });
say({ listening: server.port, fillMs });
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'save') await save();
  else if (line === 'memory') await tellMemory();
  else break;
}
await server.close();
await history.close();
process.stdin.destroy();

async function save(): Promise<void> {
  const saveBegan = performance.now();
  await saveLargePlan(history, order.images);
  say({ savedMs: performance.now() - saveBegan });
}

async function tellMemory(): Promise<void> {
  globalThis.gc?.();
  await sleep(100);
  say({ rssBytes: process.memoryUsage().rss, peakBytes: peakBytes() });
}

async function openHistory({ history: where }: ServerOrder): Promise<History> {
  return where.kind === 'embedded'
    ? await histories.libsql(where.folder)
    : await histories.postgres({ url: where.url });
}

/** The service without runs of its own: what answers people. */
function appOver(from: History) {
  const schedules = Array.from({ length: 10 }, (_, n) => ({
    name: `schedule-${n}`,
    flow: 'prune',
    cron: `${n} 3 * * *`,
  }));
  const settings = toServe(serveSchema.parse({ schedules }));
  const nothing = () => Promise.reject(new Error('the benchmark asks for nothing'));
  const desk: Desk = {
    ...{ start: nothing, approve: nothing, reject: nothing, stop: nothing, undo: nothing },
    ...{ raiseLimits: nothing, tryPolicies: nothing },
  };
  const nowMs = () => NOW_MS;
  return createApp({
    ...{ history: from, desk, nowMs, stateDir: '/nowhere', pages: registerPages, problemPage: problemPage({ nowMs }) },
    settings: () => settings,
    log: { debug: () => {}, info: () => {}, warn: (words) => process.stderr.write(`${words}\n`) },
    standing: async () => ({
      ...{ version: '0.0.0', replica: 'bench', startedAtMs: NOW_MS, leads: true, troubles: [], stopping: false },
      schedules: await scheduleViews(from, settings.schedules, NOW_MS),
    }),
  });
}
