import { mkdirSync } from 'node:fs';
import { servePages } from '../test/support/served-pages.ts';
import { ids } from '../test/support/pages-world.ts';
import { chromium } from 'playwright-core';
const { url, server } = await servePages();
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
mkdirSync('/tmp/pages-shots', { recursive: true });
for (const scheme of ['light', 'dark'] as const) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: scheme });
  const page = await context.newPage();
  page.on('console', (m) => console.log('console', m.type(), m.text()));
  page.on('pageerror', (e) => console.log('pageerror', e.message));
  for (const [name, path] of Object.entries({ overview: '/', runs: '/runs', waiting: `/runs/${ids.waiting}`, plan: `/runs/${ids.waiting}/plan`, compare: `/runs/${ids.waiting}/compare`, partial: `/runs/${ids.partial}`, applying: `/runs/${ids.applying}`, schedules: '/schedules', audit: '/audit', login: '/login', nothing: '/nothing' })) {
    const t = Date.now();
    const answer = await page.goto(url + path);
    console.log(scheme, name, answer?.status(), Date.now() - t);
    await page.screenshot({ path: `/tmp/pages-shots/${name}-${scheme}.png`, fullPage: true });
  }
}
await browser.close();
await server.close();
