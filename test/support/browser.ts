import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { atEnd } from './at-end.ts';
import { programPath } from './requirements.ts';

/** Debian's; `describeReal` asks for it by this name. */
export const CHROMIUM = 'chromium';

let browser: Promise<Browser> | undefined;

/** One browser for a test file. */
export async function openBrowser(): Promise<Browser> {
  browser ??= launch();
  return await browser;
}

async function launch(): Promise<Browser> {
  // Root in a container has no sandbox of its own to give.
  const args = ['--no-sandbox', '--disable-dev-shm-usage'];
  const started = await chromium.launch({ executablePath: programPath(CHROMIUM), args });
  atEnd(async () => {
    browser = undefined;
    await started.close();
  });
  return started;
}

/** A visitor with cookies of his own. */
export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What went wrong in his browser so far: scripts that threw, refused styles, answers of 500. Nothing, if all is well. */
  readonly complaints: readonly string[];
}

export async function visitor(options: BrowserContextOptions = {}): Promise<Visitor> {
  const context = await (await openBrowser()).newContext({ reducedMotion: 'reduce', timezoneId: 'UTC', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`script: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`console: ${message.text()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 500) complaints.push(`${response.status()}: ${response.url()}`);
  });
  return { page, context, complaints };
}

/** What axe finds on a page, a line each: `serious color-contrast: td.num > span`. */
export async function barriers(
  page: Page,
  impacts: readonly string[] = ['critical', 'serious'],
): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  return violations
    .filter(({ impact }) => impacts.includes(impact ?? ''))
    .flatMap(({ id, impact, nodes }) =>
      nodes.map(
        ({ target, failureSummary = '' }) =>
          `${impact} ${id}: ${target.join(' ')} ${failureSummary.replaceAll(/\s+/g, ' ')}`,
      ),
    );
}
