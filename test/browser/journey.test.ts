import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { barriers, CHROMIUM, visitor } from '../support/browser.ts';
import { describeReal } from '../support/requirements.ts';
import { ADMIN, SCHEDULE, type ServedWorld, serveSmallWorld } from '../support/served-world.ts';

/* The real service over a real registry: begin a run, read its plan, approve it, watch it, take it back. Three ways. */

describeReal('from a plan to its undo, in Chromium', [CHROMIUM], () => {
  let world: ServedWorld;
  let atFirst: readonly string[];

  beforeAll(async () => {
    world = await serveSmallWorld();
    atFirst = await world.holdings();
  });

  test('with a mouse: every step is seen live, and what was removed comes back to the byte', async () => {
    const { page, complaints } = await visitor();
    const found: string[] = [];
    const look = async () => void found.push(...(await barriers(page)));
    await page.goto(`${world.url}/schedules`);
    expect(await page.getByRole('button', { name: 'Run now' }).count(), 'this machine may read, and no more').toBe(0);
    await signIn(page);
    await look();
    await page.goto(`${world.url}/schedules`);
    await page.getByRole('button', { name: 'Run now' }).click();
    await page.getByText('Started. This is the run.').waitFor();
    await stands(page, 'waits for approval');
    await look();
    await page.goto(`${world.url}/`);
    await page.getByRole('region', { name: 'What needs you' }).getByRole('link', { name: SCHEDULE }).click();
    await page.getByRole('link', { name: 'The plan' }).click();
    await look();
    const actions = await countToType(page);
    expect(await page.locator('table.rows tbody tr').count()).toBe(actions);
    expect(await downloaded(page)).toHaveLength(actions + 2);
    await page.getByLabel('To approve').fill(`${actions}`);
    await page.getByRole('button', { name: 'Approve this plan' }).click();
    await page.getByRole('progressbar').waitFor();
    await page.getByText('Its plan is being carried out').waitFor();
    await look();
    await stands(page, 'done');
    await look();
    expect(await world.holdings()).not.toEqual(atFirst);
    const removed = page.url();
    await page.getByRole('link', { name: 'The plan' }).click();
    expect(await page.locator('td .tone-good').count()).toBe(actions);
    await page.goto(removed);
    await page.getByLabel('To bring back what it removed').fill('undo');
    await page.getByRole('button', { name: 'Undo this run' }).click();
    await page.getByText('A run that brings everything back was started').waitFor();
    await stands(page, 'done');
    await look();
    expect(await world.holdings()).toEqual(atFirst);
    await page.goto(`${world.url}/audit`);
    const entries = await page.locator('table.rows tbody td strong').allTextContents();
    expect(entries.slice(0, 3)).toEqual(['undo', 'approve', 'run']);
    expect(found).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('with keys alone', async () => {
    const { page, complaints } = await visitor();
    await page.goto(`${world.url}/login`);
    await tabTo(page, 'Token');
    await page.keyboard.type(ADMIN.token);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.getByRole('heading', { name: 'Schedules' }).waitFor();
    await tabTo(page, 'Run now');
    await page.keyboard.press('Enter');
    await stands(page, 'waits for approval');
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.getByRole('heading', { name: 'Runs', exact: true }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `Run ${SCHEDULE}` }).waitFor();
    await tabTo(page, /^The plan/);
    await page.keyboard.press('Enter');
    const actions = await countToType(page);
    await page.keyboard.press('/');
    await page.keyboard.type('sibling');
    await page.keyboard.press('Enter');
    await page.getByText('are like that').waitFor();
    await tabTo(page, /^To approve/);
    await page.keyboard.type(`${actions}`);
    await page.keyboard.press('Enter');
    await page.getByRole('progressbar').waitFor();
    await stands(page, 'done');
    await tabTo(page, /^To bring back/);
    await page.keyboard.type('undo');
    await page.keyboard.press('Enter');
    await page.getByText('A run that brings everything back was started').waitFor();
    await stands(page, 'done');
    expect(await world.holdings()).toEqual(atFirst);
    expect(complaints).toEqual([]);
  });

  test('without script: pages are loaded again to see more', async () => {
    const { page } = await visitor({ javaScriptEnabled: false });
    await signIn(page);
    await page.goto(`${world.url}/schedules`);
    await page.getByRole('button', { name: 'Run now' }).click();
    await loadedUntil(page, 'waits for approval');
    await page.getByRole('link', { name: 'The plan' }).click();
    const actions = await countToType(page);
    await page.getByLabel('Part of the name').fill('sibling');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByText('are like that').waitFor();
    await page.getByLabel('To approve').fill(`${actions}`);
    await page.getByRole('button', { name: 'Approve this plan' }).click();
    await page.getByText('Approved. The plan is applied').waitFor();
    await page.getByRole('link', { name: 'every 5 seconds by itself' }).click();
    await page.waitForURL('**?refresh=yes');
    // From here on it loads itself.
    await stands(page, 'done');
    await page.getByLabel('To bring back what it removed').fill('undo');
    await page.getByRole('button', { name: 'Undo this run' }).click();
    await loadedUntil(page, 'done');
    expect(await world.holdings()).toEqual(atFirst);
  });

  async function signIn(page: Page): Promise<void> {
    await page.goto(`${world.url}/login`);
    await page.getByLabel('Token').fill(ADMIN.token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  }
});

/** Waits until a run's page says of its own accord that it has come to a state. */
async function stands(page: Page, words: string): Promise<void> {
  await page.locator('[data-state] .state', { hasText: new RegExp(`^\\s*${words}$`) }).waitFor({ timeout: 60_000 });
}

async function loadedUntil(page: Page, words: string): Promise<void> {
  const state = page.locator('[data-state] .state', { hasText: new RegExp(`^\\s*${words}$`) });
  for (let n = 0; n < 120 && (await state.count()) === 0; n += 1) {
    await page.waitForTimeout(250);
    await page.goto(page.url());
  }
  await state.waitFor();
}

/** The number that a plan's page asks for. */
async function countToType(page: Page): Promise<number> {
  return Number(await page.locator('label[for=count] strong').textContent());
}

/** The lines of the plan, as they are downloaded. */
async function downloaded(page: Page): Promise<readonly string[]> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download' }).click(),
  ]);
  return readFileSync(await download.path(), 'utf8')
    .trimEnd()
    .split('\n');
}

/** Presses Tab until what has the focus is called so. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const passed: string[] = [];
  for (let n = 0; n < 80; n += 1) {
    await page.keyboard.press('Tab');
    const label = (await page.evaluate(
      '(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim().replace(/\\s+/g, " ")',
    )) as string;
    if (typeof name === 'string' ? label === name : name.test(label)) return;
    passed.push(label);
  }
  throw new Error(`looking for ${name} with Tab: it passed ${passed.join(' | ')}`);
}
