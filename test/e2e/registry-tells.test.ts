import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { exitCodes } from '../../src/report/exit-code.ts';
import { listen } from '../../src/service/http/listen.ts';
import { notificationFiles } from '../../src/systems/pulls/index.ts';
import { atEnd } from '../support/at-end.ts';
import { type DockerRegistry, startDockerRegistry } from '../support/docker-registry.ts';
import { freePort } from '../support/free-port.ts';
import { httpRig } from '../support/http-rig.ts';
import { pushImage } from '../support/push-image.ts';
import { describeReal } from '../support/requirements.ts';
import { runCli } from '../support/run-cli.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const TOKEN = 'the-token-of-the-registry';

describeReal('a registry that tells the service of pulls and pushes', ['docker-registry'], () => {
  const stateDir = makeTempFolder('state');
  let registry: DockerRegistry;
  let receive: () => Promise<() => Promise<void>>;

  beforeAll(async () => {
    const port = await freePort();
    const tokenFile = join(stateDir, 'token');
    writeFileSync(tokenFile, TOKEN);
    const rig = httpRig({ parts: { stateDir, nowMs: Date.now } });
    rig.change({ notifications: { ...rig.parts.settings().notifications, tokenFile } });
    receive = async () => {
      const server = await listen(rig.app, { host: '127.0.0.1', port });
      atEnd(() => void server.close());
      return () => server.close();
    };
    registry = await startDockerRegistry();
    const url = `http://127.0.0.1:${port}/notifications/${registry.host}`;
    const headers = { Authorization: [`Bearer ${TOKEN}`] };
    const endpoint = { name: 'winnow', url, headers, timeout: '2s', threshold: 2, backoff: '200ms' };
    await registry.restart({ settings: { notifications: { endpoints: [endpoint] } } });
  });

  /** Until a word stands so many times in what was written down. */
  const told = async (words: string, times = 1) => {
    const found = () =>
      notificationFiles(stateDir, registry.host)
        .map((path) => readFileSync(path, 'utf8').split(words).length - 1)
        .reduce((sum, one) => sum + one, 0);
    await expect.poll(found, { timeout: 30_000, interval: 50 }).toBeGreaterThanOrEqual(times);
  };

  /** Says what a command printed as JSON. */
  const winnow = async (args: readonly string[], pushLease: string, exitCode = 0) => {
    const file = join(makeTempFolder('settings'), 'winnow.yaml');
    writeFileSync(file, JSON.stringify({ stateDir, serve: { notifications: { pushLease } } }));
    const reach = ['--config', file, '--registry', registry.host, '--force-insecure'];
    const { code, stdout, stderr } = await runCli([...args, ...reach, '-o', 'json']);
    expect({ code, stderr }).toMatchObject({ code: exitCode });
    return JSON.parse(stdout);
  };
  const prune = (pushLease: string, ...more: readonly string[]) => {
    const policy = ['--no-clusters', '--delete-matching', '*', '--min-age', '0', '--max-share', '1'];
    return winnow(['prune', ...policy, ...more], pushLease);
  };

  test('has what it just got held, for as long as the settings say', async () => {
    const stop = await receive();
    await pushImage(registry.url, 'team/app', { tag: 'v1' });
    await told('"v1"');

    const held = await prune('1h');
    const free = await prune('0');

    expect(held.actions).toEqual([]);
    expect(JSON.stringify(held.keptByReason)).toContain('held');
    expect(free.actions.map((action: { readonly target: string }) => action.target)).toContainEqual(
      expect.stringContaining('v1'),
    );
    await stop();
  });

  test('has what was pushed again since a plan was made kept from being applied, and the rest goes', async () => {
    const stop = await receive();
    const plan = join(makeTempFolder('plan'), 'plan.jsonl');
    await pushImage(registry.url, 'team/again', { tag: 'pushed-again' });
    await pushImage(registry.url, 'team/again', { tag: 'not-again', label: 'another' });
    await told('"not-again"');
    await new Promise((resolve) => setTimeout(resolve, 300));
    await prune('200ms', '--plan-out', plan);
    await pushImage(registry.url, 'team/again', { tag: 'pushed-again' });
    await told('"pushed-again"', 2);

    const report = await winnow(['apply', plan, '--confirm'], '200ms', exitCodes.partial);

    expect(report.causes).toMatchObject([{ cause: 'pushed-since' }]);
    const { tags } = (await (await fetch(`${registry.url}/v2/team/again/tags/list`)).json()) as { tags: string[] };
    expect(tags).toEqual(['pushed-again']);
    await stop();
  });

  test('loses nothing of what happens while the service is away', async () => {
    await pushImage(registry.url, 'team/app', { tag: 'while-away' });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const stop = await receive();

    await told('"while-away"');
    await stop();
  });
});
