import type { Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import { stream } from 'hono/streaming';
import type { HttpParts, ServiceEnv } from '../http/parts.ts';
import { planFileName } from '../views/schedule-view.ts';
import { type Asset, assets } from './assets/assets.ts';
import { showAudit } from './audit-page.tsx';
import { showComparison } from './compare-page.tsx';
import { approve, raiseLimits, reject, start, stop, undo } from './decisions.ts';
import { THEME_COOKIE, themes, wayBack } from './frame.ts';
import { showLogin } from './login-page.tsx';
import { showOverview, showOverviewLive } from './overview-page.tsx';
import { showPlan } from './plan-page.tsx';
import { showRun, showRunLive } from './run-page.tsx';
import { showRuns } from './runs-page.tsx';
import { showSchedules } from './schedules-page.tsx';
import { leadTo, type PageContext, runOf } from './show.ts';
import { storagePages } from './storage-pages.ts';

const YEAR_SECONDS = 31_536_000;

/** Adds all pages to an app that lies below the base path, and knows who asks. */
export function registerPages(app: Hono<ServiceEnv>, parts: HttpParts): void {
  for (const [name, asset] of Object.entries(assets))
    app.get(`/assets/${name}`, (context) => sendAsset(context, asset));
  app.get('/login', (context) => showLogin(context, parts));
  app.post('/theme', chooseTheme);
  app.get('/', (context) => showOverview(context, parts));
  app.get('/live', (context) => showOverviewLive(context, parts));
  app.get('/runs', (context) => showRuns(context, parts));
  app.get('/runs/:id', (context) => showRun(context, parts));
  app.get('/runs/:id/live', (context) => showRunLive(context, parts));
  app.get('/runs/:id/plan', (context) => showPlan(context, parts));
  app.get('/runs/:id/plan.ndjson', (context) => sendPlan(context, parts));
  app.get('/runs/:id/compare', (context) => showComparison(context, parts));
  const decisions = { approve, reject, stop, undo, 'raise-limits': raiseLimits } as const;
  for (const [name, decide] of Object.entries(decisions))
    app.post(`/runs/:id/${name}`, (context) => decide(context, parts));
  app.get('/schedules', (context) => showSchedules(context, parts));
  app.post('/schedules/:name/run', (context) => start(context, parts));
  app.get('/audit', (context) => showAudit(context, parts));
  storagePages(app, parts);
}

/** An address has its file's hash: that file never changes. */
function sendAsset(context: PageContext, { type, text, hash }: Asset): Response {
  const isThis = context.req.query('v') === hash;
  context.header('Content-Type', type);
  context.header('Cache-Control', isThis ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache');
  return context.body(text);
}

/** Light, dark, or as the system has it: remembered by the browser. */
async function chooseTheme(context: PageContext): Promise<Response> {
  const form = await context.req.parseBody();
  const theme = themes.find((one) => one === form['theme']) ?? 'auto';
  const path = context.get('basePath') === '' ? '/' : context.get('basePath');
  setCookie(context, THEME_COOKIE, theme, { path, maxAge: YEAR_SECONDS, sameSite: 'Lax', httpOnly: true });
  return leadTo(context, wayBack(typeof form['next'] === 'string' ? form['next'] : undefined));
}

/** The plan's document, as it was made: `winnow apply` takes it. */
async function sendPlan(context: PageContext, parts: HttpParts): Promise<Response> {
  const run = await runOf(context, parts);
  context.header('Content-Type', 'application/x-ndjson; charset=utf-8');
  context.header('Content-Disposition', `attachment; filename="${planFileName(run).replaceAll(/[^\w.-]/g, '_')}"`);
  context.header('Cache-Control', 'no-store');
  return stream(context, async (out) => {
    for await (const line of parts.history.planLines(run.id)) await out.write(`${line}\n`);
  });
}
