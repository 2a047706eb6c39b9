import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type RunningCli, spawnCli } from '../support/run-cli.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/** What a stranger types first to see the service. */
describe('winnow demo --serve', () => {
  let demo: RunningCli;
  let url = '';
  let token = '';
  let home = '';

  beforeAll(async () => {
    const args = ['demo', '--serve'];
    demo = spawnCli(args, { env: { TMPDIR: makeTempFolder('demo-serve') }, timeoutMs: 300_000 });
    await demo.waitFor('Ctrl-C ends it');
    [, url = '', token = ''] = /Open (\S+)\/login and sign in with the token (\S+)/.exec(demo.stdout()) ?? [];
    [, home = ''] = /It all lies in (\S+)\. /.exec(demo.stdout()) ?? [];
  });

  const ask = async (path: string, init?: RequestInit) => {
    const answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` }, ...init });
    return { status: answer.status, body: await answer.text() };
  };
  const runs = async () => {
    const { items } = JSON.parse((await ask('/api/v1/runs')).body) as { items: { schedule: string; state: string }[] };
    return Object.fromEntries(items.map(({ schedule, state }) => [schedule, state]));
  };

  test('makes a plan of each schedule, and two of them wait for a yes', async () => {
    await expect.poll(runs, { timeout: 60_000, interval: 500 }).toMatchObject({
      changes: 'waiting',
      'unused-images': 'waiting',
      storage: 'planned',
    });
  });

  test('shows its pages to whoever sits at this machine, and lets nobody do anything without the token', async () => {
    const page = await fetch(`${url}/`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('What needs you');
    const [run] = Object.keys(await runs());
    expect((await ask(`/api/v1/schedules/${run}/runs`, { method: 'POST', headers: {} })).status).toBe(403);
  });

  test('ends with its signal, and leaves nothing behind', async () => {
    expect(existsSync(home)).toBe(true);
    demo.kill('SIGINT');
    expect((await demo.exited).code).toBe(0);
    expect(existsSync(home)).toBe(false);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });
});
