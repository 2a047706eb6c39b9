import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { barriers, CHROMIUM, visitor } from '../support/browser.ts';
import { hostileName, ids, imageDigest } from '../support/pages-world.ts';
import { describeReal } from '../support/requirements.ts';
import { servePages } from '../support/served-pages.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/* Every page over a made-up month of runs in every state, which no real run brings about in a minute. */

const TOKEN = 'the-token-of-adam-the-admin';
const target = encodeURIComponent('registry.example:5000');

const paths: Readonly<Record<string, string>> = {
  'the overview': '/',
  'the runs': '/runs',
  'the runs of one schedule': '/runs?schedule=registry-nightly&state=done',
  'a run that waits': `/runs/${ids.waiting}`,
  'a run that breaks limits': `/runs/${ids.broken}`,
  'a run that removes': `/runs/${ids.applying}`,
  'a run that was partly done': `/runs/${ids.partial}`,
  'a run that failed': `/runs/${ids.failed}`,
  'a plan': `/runs/${ids.waiting}/plan`,
  'a plan with outcomes, filtered': `/runs/${ids.partial}/plan?outcome=failed`,
  'a comparison': `/runs/${ids.waiting}/compare`,
  'the schedules': '/schedules',
  'the audit': '/audit',
  'the registries': '/storage',
  'a registry': `/storage/${target}`,
  'what other policies would do': `/storage/${target}/try`,
  'the search of images': `/images/${target}?text=team`,
  'an image': `/images/${target}/team/app@${imageDigest('team/app', 1)}`,
};

describeReal('the pages in Chromium', [CHROMIUM], () => {
  let site: Awaited<ReturnType<typeof servePages>>;

  beforeAll(async () => {
    const tokenFile = join(makeTempFolder('tokens'), 'adam');
    writeFileSync(tokenFile, `${TOKEN}\n`);
    site = await servePages({ access: { tokens: [{ name: 'adam', role: 'admin', tokenFile }] }, basePath: '/winnow' });
  });
  afterAll(async () => {
    await site.server.close();
  });

  async function signIn(page: Page): Promise<void> {
    await page.goto(`${site.url}/login`);
    await page.getByLabel('Token').fill(TOKEN);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  }

  describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
    test('have nothing that axe finds serious, and no script or style that fails', async () => {
      const { page, complaints } = await visitor({ colorScheme });
      await page.goto(`${site.url}/login`);
      const found: Record<string, readonly string[]> = { 'signing in': await barriers(page) };
      await signIn(page);
      // In the dark only colours are others.
      const all = Object.entries(paths);
      for (const [name, path] of colorScheme === 'light' ? all : all.filter((_, n) => n % 3 === 0)) {
        const answer = await page.goto(`${site.url}${path}`);
        expect(answer?.status(), name).toBe(200);
        found[name] = await barriers(page);
      }
      expect(Object.entries(found).filter(([, barriers]) => barriers.length > 0)).toEqual([]);
      expect(complaints).toEqual([]);
    });
  });

  test('would be found to have a barrier if there were one', async () => {
    const { page } = await visitor();
    await page.goto(`${site.url}/audit`);
    await page.evaluate('document.querySelector("main").append(document.createElement("button"))');
    expect(await barriers(page)).toEqual([expect.stringContaining('critical button-name')]);
  });

  test('an error is a page as well, without barriers', async () => {
    const { page } = await visitor();
    const answer = await page.goto(`${site.url}/runs/none-of-this-name`);
    expect(answer?.status()).toBe(404);
    await page.getByText('RUN_NOT_FOUND').waitFor();
    expect(await barriers(page)).toEqual([]);
  });

  test.each([
    ['a phone of 320 pixels', 320],
    ['a screen of 1280 pixels at 200 %', 640],
  ])('fit on %s: nothing but tables and commands is scrolled sideways', async (_, width) => {
    const { page } = await visitor({ viewport: { width, height: 700 } });
    await signIn(page);
    const tooWide: string[] = [];
    for (const path of Object.values(paths)) {
      await page.goto(`${site.url}${path}`);
      const isWide = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
      if (isWide === true) tooWide.push(path);
    }
    expect(tooWide).toEqual([]);
  });

  test('show a name with HTML in it as a name', async () => {
    const { page, complaints } = await visitor();
    await page.goto(`${site.url}/runs/${ids.waiting}/plan?text=${encodeURIComponent('<img')}`);
    expect(await page.locator('table.rows tbody tr').first().locator('th').textContent()).toContain(hostileName);
    expect(await page.locator('main img').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('keep the colours that somebody chose, whatever the system has', async () => {
    const { page } = await visitor({ colorScheme: 'dark' });
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    await page.goto(`${site.url}/runs?state=done`);
    const dark = await ground();
    await page.getByRole('button', { name: 'Change to light' }).click();
    await page.locator('html[data-theme=light]').waitFor();
    expect(new URL(page.url()).search).toBe('?state=done');
    const light = await ground();
    expect(light).not.toBe(dark);
    await page.goto(`${site.url}/audit`);
    expect(await ground()).toBe(light);
    await page.getByRole('button', { name: 'Change to dark' }).click();
    await page.locator('html[data-theme=dark]').waitFor();
    expect(await ground()).toBe(dark);
  });

  describe('with keys alone', () => {
    test('the content is one key away, and the navigation says where one is', async () => {
      const { page } = await visitor();
      await page.goto(`${site.url}/runs`);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      expect(await page.evaluate('document.activeElement.id')).toBe('main');
      expect(await page.getByRole('navigation', { name: 'Pages' }).locator('[aria-current=page]').textContent()).toBe(
        'Runs',
      );
    });

    test('rows are walked with j, k and arrows, and opened with Enter', async () => {
      const { page } = await visitor();
      await page.goto(`${site.url}/runs`);
      const here = () => page.evaluate('document.activeElement.getAttribute("href")') as Promise<string>;
      await page.keyboard.press('j');
      const first = await here();
      await page.keyboard.press('ArrowDown');
      const second = await here();
      expect(second).not.toBe(first);
      await page.keyboard.press('k');
      expect(await here()).toBe(first);
      await page.keyboard.press('Enter');
      await page.waitForURL(`**${first}`);
    });

    test('/ goes to the search, and what is typed there is no key', async () => {
      const { page } = await visitor();
      await page.goto(`${site.url}/runs/${ids.waiting}/plan`);
      await page.keyboard.press('/');
      await page.keyboard.type('jk?/web:step');
      expect(await page.getByLabel('Part of the name').inputValue()).toBe('jk?/web:step');
      expect(await page.getByRole('dialog').count()).toBe(0);
    });

    test('? tells the keys, where they can be switched off for good', async () => {
      const { page } = await visitor();
      await page.goto(`${site.url}/runs`);
      await page.keyboard.press('g');
      await page.keyboard.press('a');
      await page.waitForURL('**/audit');
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keys' }).waitFor();
      expect(await barriers(page)).toEqual([]);
      await page.getByLabel('Switch the keys off').check();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      await page.reload();
      await page.keyboard.press('j');
      expect(await page.evaluate('document.activeElement.tagName')).toBe('BODY');
    });

    test('a plan is approved from its page by typing the number of its actions', async () => {
      const { page } = await visitor();
      await signIn(page);
      await page.goto(`${site.url}/runs/${ids.waiting}/plan`);
      await page.getByLabel('To approve 240 actions').focus();
      await page.keyboard.type('24');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText('Nothing was done').waitFor();
      expect(site.desk.asked).toEqual([]);
      await page.getByLabel('To approve 240 actions').focus();
      await page.keyboard.type('240');
      await page.keyboard.press('Enter');
      await page.getByText('Approved. The plan is applied').waitFor();
      expect(site.desk.asked).toEqual([
        expect.stringMatching(new RegExp(`^approve ${ids.waiting} adam [0-9a-f]{64}$`)),
      ]);
    });
  });

  test('progress renews itself, and the whole page when the run has ended', async () => {
    const { page, complaints } = await visitor();
    await page.goto(`${site.url}/runs/${ids.applying}`);
    const progress = { title: 'removing', done: 11, total: 12, words: '11 of 12, 4.8 GiB', atMs: Date.now() };
    await site.history.moveRun(ids.applying, ['applying'], { progress });
    await page.getByText('11 of 12, 4.8 GiB').waitFor();
    await site.history.moveRun(ids.applying, ['applying'], {
      state: 'done',
      counts: { planned: 12, removed: 12 },
      endedAtMs: Date.now(),
    });
    await site.history.addEvent({ atMs: Date.now(), runId: ids.applying, type: 'run.state', data: { state: 'done' } });
    await page.getByText('All of its plan was done.').waitFor();
    expect(await page.getByRole('progressbar').count()).toBe(0);
    expect(await page.getByRole('status').last().textContent()).toContain('done');
    expect(complaints).toEqual([]);
  });
});
