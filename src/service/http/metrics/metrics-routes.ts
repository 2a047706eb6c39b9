import type { Hono } from 'hono';
import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import { openStates } from '../../../systems/history/index.ts';
import { assertRole } from '../access/roles.ts';
import type { HttpParts, ServiceEnv } from '../parts.ts';
import { type Family, familiesOf } from './families.ts';
import { totalsOf } from './totals.ts';

/** Several scrapers share one look at the history. */
const FRESH_MS = 5000;
const MOST_OPEN = 1000;

/** Adds `/metrics`: what the history says, the same from every replica but for `winnow_leader`, and this process's own. */
export function metricsRoutes(app: Hono<ServiceEnv>, parts: HttpParts): void {
  let cached: { readonly atMs: number; readonly text: Promise<string> } | undefined;
  app.get('/metrics', async (context) => {
    assertRole(context.get('person'), 'viewer', 'answering GET /metrics');
    const nowMs = parts.nowMs();
    if (cached === undefined || nowMs - cached.atMs >= FRESH_MS) {
      const made = { atMs: nowMs, text: metricsText(parts) };
      cached = made;
      // Who asks next after a failure gets an answer of his own.
      made.text.catch(() => {
        if (cached === made) cached = undefined;
      });
    }
    return context.body(await cached.text, 200, { 'Content-Type': Registry.PROMETHEUS_CONTENT_TYPE });
  });
}

async function metricsText({ history, standing, settingsTrouble }: HttpParts): Promise<string> {
  const families = familiesOf({
    standing: await standing(),
    totals: await totalsOf(history),
    open: await history.runs({ states: openStates, limit: MOST_OPEN }),
    disks: await history.disks(),
    settingsTrouble: settingsTrouble?.(),
  });
  const registry = new Registry();
  for (const family of families) registry.registerMetric(asMetric(family));
  return `${await registry.metrics()}\n${await processMetrics().metrics()}`;
}

/** The registry asks of a metric only what it is called and what it says. */
function asMetric({ name, help, type, samples }: Family): Metric {
  const values = samples.map(({ labels, value, suffix = '' }) => ({ labels, value, metricName: `${name}${suffix}` }));
  return { name, get: async () => ({ name, help, type, values, aggregator: 'sum' }) } as unknown as Metric;
}

let ofProcess: Registry | undefined;

function processMetrics(): Registry {
  if (ofProcess !== undefined) return ofProcess;
  ofProcess = new Registry();
  collectDefaultMetrics({ register: ofProcess });
  return ofProcess;
}
