/**
 * Makes the pictures of `docs/pages.md`: `npm run screenshots`. It starts the demo with the service over it, applies one of its plans, and
 * photographs each page in Debian's Chromium. A minute or two. `npm run screenshots -- FOLDER` writes elsewhere.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { palettedPng } from './screenshots/paletted-png.ts';

const MOST_BYTES = 150_000;
const folder = process.argv[2] ?? 'docs/pictures';
const build = await mkdtemp(join('node_modules', '.cache', 'winnow-screenshots-'));
const home = await mkdtemp(join(tmpdir(), 'winnow-demo-'));
try {
  await ended(spawn(process.execPath, ['scripts/build.mjs', build], { stdio: 'inherit' }));
  await mkdir(folder, { recursive: true });
  const demo = spawn(process.execPath, [join(build, 'winnow.js'), 'demo', '--serve', '--keep', home], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const { url, token } = await welcomed(demo);
    await photographAll(url, token);
  } finally {
    demo.kill('SIGTERM');
    if (demo.exitCode === null) await once(demo, 'exit');
  }
} finally {
  await rm(build, { recursive: true, force: true });
  await rm(home, { recursive: true, force: true });
}

async function photographAll(url: string, token: string): Promise<void> {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  try {
    const context = await browser.newContext({
      ...{ viewport: { width: 1280, height: 800 }, colorScheme: 'light', reducedMotion: 'reduce', timezoneId: 'UTC' },
    });
    const page = await context.newPage();
    await page.goto(`${url}/login`);
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    for (const schedule of ['storage', 'unused-images']) await plannedRun(page, url, schedule);
    const applied = await plannedRun(page, url, 'changes');
    await photograph(page, `${url}/`, 'overview');
    await photograph(page, `${applied}/plan`, 'plan');
    await approve(page);
    await photograph(page, applied, 'run');
    await again(page, url);
    await photograph(page, `${url}/runs?schedule=changes`, 'runs');
    await photograph(page, `${url}/schedules`, 'schedules');
    await photograph(page, `${url}/audit`, 'audit');
    await photographStorage(page, url);
  } finally {
    await browser.close();
  }
}

/** Where the run of a schedule is, once its plan is made. */
async function plannedRun(page: Page, url: string, schedule: string): Promise<string> {
  const row = page.locator('table.rows tbody tr').first();
  for (let tries = 0; tries < 240; tries += 1) {
    await page.goto(`${url}/runs?schedule=${schedule}`);
    const state = (await row.count()) > 0 ? await row.locator('.state').textContent() : 'planning';
    if (state?.trim() !== 'planning')
      return new URL((await row.locator('a').first().getAttribute('href')) ?? '', url).href;
    await page.waitForTimeout(500);
  }
  throw new Error(`waiting for a plan of ${schedule}: none came`);
}

async function approve(page: Page): Promise<void> {
  const count = await page.locator('label[for=count] strong').textContent();
  await page.getByLabel('To approve').fill(count ?? '');
  await page.getByRole('button', { name: 'Approve this plan' }).click();
  await page.locator('[data-state=done], [data-state=partial], [data-state=incomplete]').waitFor({ timeout: 120_000 });
}

/** A second run of the same schedule: one alone makes no time line. */
async function again(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/schedules`);
  await page.getByRole('button', { name: 'Run now' }).first().click();
  await page.getByText('Started. This is the run.').waitFor();
  await plannedRun(page, url, 'changes');
}

async function photographStorage(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/storage`);
  const registry = await page.locator('main a[href*="/storage/"]').first().getAttribute('href');
  const storage = new URL(registry ?? '', url).href;
  await photograph(page, storage, 'storage');
  await photograph(page, `${storage}/try`, 'what-if');
  await page.goto(`${storage.replace('/storage/', '/images/')}?ref=opschain`);
  const image = await page.locator('main table a[href*="/images/"]').first().getAttribute('href');
  await photograph(page, new URL(image ?? '', url).href, 'image');
}

async function photograph(page: Page, address: string, name: string): Promise<void> {
  const answer = await page.goto(address);
  if (answer?.status() !== 200) throw new Error(`photographing ${address}: ${answer?.status()}`);
  // On which machine it was made, is nobody's business.
  await page.evaluate("document.querySelector('.foot strong').textContent = 'winnow-0'");
  const path = join(folder, `${name}.png`);
  const png = palettedPng(await page.screenshot());
  if (png.length > MOST_BYTES)
    throw new Error(`photographing ${address}: ${png.length} bytes are more than ${MOST_BYTES}`);
  await writeFile(path, png);
  process.stderr.write(`wrote ${path}, ${Math.round(png.length / 1024)} KiB\n`);
}

/** What the demo says when it is there. */
async function welcomed(demo: ChildProcess): Promise<{ readonly url: string; readonly token: string }> {
  let said = '';
  for await (const chunk of demo.stdout ?? []) {
    said += String(chunk);
    const found = /Open (\S+)\/login and sign in with the token (\w+)/.exec(said);
    if (found?.[1] !== undefined && found[2] !== undefined) return { url: found[1], token: found[2] };
  }
  throw new Error(`starting the demo: it ended before it was there\n${said}`);
}

async function ended(child: ChildProcess): Promise<void> {
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`building the command: it ended with ${code}`);
}
