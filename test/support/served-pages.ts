import type { ServeSettings } from '../../src/config/serve-settings.ts';
import type { Desk } from '../../src/service/desk.ts';
import { createApp } from '../../src/service/http/app.ts';
import { type Listening, listen } from '../../src/service/http/listen.ts';
import type { HttpParts } from '../../src/service/http/parts.ts';
import { problemPage } from '../../src/service/pages/problem-page.tsx';
import { registerPages } from '../../src/service/pages/register-pages.ts';
import type { History } from '../../src/systems/history/contract.ts';
import { histories } from '../../src/systems/history/index.ts';
import { fillHistory, worldNowMs, worldSettings, worldStanding } from './pages-world.ts';

/** What a desk was asked, in order: `approve registry-nightly-… anna HASH`. */
export interface AskedDesk extends Desk {
  readonly asked: readonly string[];
}

/** A desk that notes what it is asked, and answers with the run as it stands. The real one is tested by itself. */
export function notingDesk(history: History): AskedDesk {
  const asked: string[] = [];
  const note = async (what: string, runId: string, ...more: readonly (string | undefined)[]) => {
    asked.push([what, runId, ...more.filter((one) => one !== undefined)].join(' '));
    const run = await history.run(runId);
    if (run === undefined) throw new Error(`the desk was asked of ${runId}, which is not there`);
    return run;
  };
  return {
    asked,
    start: async (schedule, who) => {
      const [run] = await history.runs({ schedule, limit: 1 });
      return await note('start', run?.id ?? schedule, who.name);
    },
    approve: (runId, who, planHash) => note('approve', runId, who.name, planHash),
    reject: (runId, who, words) => note('reject', runId, who.name, words),
    stop: (runId, who) => note('stop', runId, who.name),
    undo: (runId, who) => note('undo', runId, who.name),
    raiseLimits: (runId, who) => note('raise-limits', runId, who.name),
    tryPolicies: () => Promise.reject(new Error('nobody tries policies here')),
  };
}

export interface PagesParts {
  readonly parts: HttpParts;
  readonly history: History;
  readonly desk: AskedDesk;
}

/** Everything that pages are made from, over the made-up world. @param history - an empty one */
export async function pagesParts(
  changes: Partial<ServeSettings> = {},
  stateDir = '/nowhere',
  history: History = histories.memory(),
): Promise<PagesParts> {
  await fillHistory(history);
  const settings = worldSettings(changes);
  const desk = notingDesk(history);
  const silent = { debug: () => {}, info: () => {}, warn: () => {} };
  const parts: HttpParts = {
    ...{ history, desk, stateDir, log: silent, pages: registerPages },
    settings: () => settings,
    standing: () => worldStanding(history, settings),
    nowMs: () => worldNowMs,
    problemPage: problemPage({ nowMs: () => worldNowMs }),
  };
  return { parts, history, desk };
}

/** Serves the made-up world on a port of this machine. */
export async function servePages(
  changes: Partial<ServeSettings> = {},
): Promise<PagesParts & { readonly url: string; readonly server: Listening }> {
  const made = await pagesParts(changes);
  const server = await listen(createApp(made.parts), { host: '127.0.0.1', port: 0 });
  return { ...made, server, url: `http://127.0.0.1:${server.port}${made.parts.settings().basePath}` };
}
