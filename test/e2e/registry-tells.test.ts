import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
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

  /** Until a word stands in what was written down. */
  const told = async (words: string) => {
    const text = () =>
      notificationFiles(stateDir, registry.host)
        .map((path) => readFileSync(path, 'utf8'))
        .join('');
    await expect.poll(text, { timeout: 30_000, interval: 50 }).toContain(words);
  };

  const prune = async (pushLease: string) => {
    const file = join(makeTempFolder('settings'), 'winnow.yaml');
    writeFileSync(file, JSON.stringify({ stateDir, serve: { notifications: { pushLease } } }));
    const flags = ['--no-clusters', '--delete-matching', '*', '--min-age', '0', '--max-share', '1', '--force-insecure'];
    const { code, stdout, stderr } = await runCli([
      'prune',
      '--config',
      file,
      '--registry',
      registry.host,
      ...flags,
      '-o',
      'json',
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout);
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

  test('loses nothing of what happens while the service is away', async () => {
    await pushImage(registry.url, 'team/app', { tag: 'while-away' });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const stop = await receive();

    await told('"while-away"');
    await stop();
  });
});
