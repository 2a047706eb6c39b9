import { serveSchema } from '../../src/config/schema/serve.ts';
import type { AccessSettings, ServeSettings } from '../../src/config/serve-settings.ts';
import { toServe } from '../../src/config/to-serve.ts';
import type { Desk, Person, Standing } from '../../src/service/desk.ts';
import { createApp } from '../../src/service/http/app.ts';
import type { HttpParts, Peer } from '../../src/service/http/parts.ts';
import type { RunRecord } from '../../src/systems/history/contract.ts';
import { histories } from '../../src/systems/history/index.ts';
import { makeTempFolder } from './temp-folder.ts';

export const NOW_MS = Date.parse('2026-11-21T12:00:00Z');

export interface HttpRig {
  readonly parts: HttpParts;
  readonly app: ReturnType<typeof createApp>;
  /** What the desk was asked, in words: `approve nightly-1 by carol (approver) abc…`. */
  readonly asked: string[];
  readonly logged: string[];
  /** Moves the clock. */
  pass(ms: number): void;
  change(settings: Partial<ServeSettings>): void;
  /** Sends as somebody on this machine does, or as `peer` says. */
  ask(path: string, init?: RequestInit & { readonly peer?: string | undefined }): Promise<Response>;
}

export interface HttpRigOptions {
  readonly access?: Partial<AccessSettings>;
  readonly settings?: Partial<ServeSettings>;
  readonly parts?: Partial<HttpParts>;
  readonly desk?: Partial<Desk>;
  readonly standing?: Partial<Standing>;
}

/** The HTTP of a service with a history in memory, and a desk that notes what it is asked. */
export function httpRig({ access, settings, parts: more, desk, standing }: HttpRigOptions = {}): HttpRig {
  const asked: string[] = [];
  const logged: string[] = [];
  let nowMs = NOW_MS;
  const base = toServe(serveSchema.parse({}));
  let current: ServeSettings = { ...base, ...settings, access: { ...base.access, ...access } };
  const note = (level: string) => (words: string) => void logged.push(`${level} ${words}`);
  const parts: HttpParts = {
    history: histories.memory(),
    desk: { ...deskThatNotes(asked), ...desk },
    settings: () => current,
    standing: async () => ({
      ...{ version: '1.2.3', replica: 'one', startedAtMs: NOW_MS, leads: true, schedules: [], troubles: [] },
      ...{ stopping: false, ...standing },
    }),
    nowMs: () => nowMs,
    log: { debug: note('debug'), info: note('info'), warn: note('warn') },
    pages: (app) => app.get('/', (context) => context.html(`<p>${context.get('person')?.name}</p>`)),
    stateDir: makeTempFolder('http'),
    ...more,
  };
  const app = createApp(parts);
  return {
    ...{ parts, app, asked, logged },
    pass(ms) {
      nowMs += ms;
    },
    change(some) {
      current = { ...current, ...some };
    },
    async ask(path, { peer = '127.0.0.1', ...init } = {}) {
      const headers = new Headers(init.headers);
      if (!headers.has('host')) headers.set('host', '127.0.0.1:8080');
      const env: Peer = { incoming: { socket: { remoteAddress: peer } } };
      return await app.request(path, { ...init, headers }, env);
    },
  };
}

/** A run of a schedule, done on the whole. */
export function aRun(change: Partial<RunRecord> = {}): RunRecord {
  return {
    ...{ id: 'nightly-20261121T030000Z', schedule: 'nightly', flow: 'prune', trigger: 'schedule' },
    ...{ dueAtMs: Date.parse('2026-11-21T03:00:00Z'), state: 'done' },
    ...change,
  };
}

function deskThatNotes(asked: string[]): Desk {
  const noted = (what: string) => async (about: string, who: Person, more?: unknown) => {
    asked.push([what, about, 'by', who.name, `(${who.role})`, ...(typeof more === 'string' ? [more] : [])].join(' '));
    return aRun({ id: about, state: 'approved' });
  };
  return {
    start: noted('start'),
    approve: noted('approve'),
    reject: noted('reject'),
    stop: noted('stop'),
    undo: noted('undo'),
    raiseLimits: noted('raise-limits'),
    async tryPolicies(target, settings, who) {
      asked.push(`try ${target} by ${who.name}: ${settings}`);
      return { policies: [] };
    },
  };
}
