import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { makeTempFolder } from '../../test/support/temp-folder.ts';
import { loadSettings } from '../config/load.ts';
import { histories } from '../systems/history/index.ts';
import { type WatchedSettings, watchSettings } from './reload.ts';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

const ok = 'serve: {parallel: 3}\n';

async function watched(text = ok, lookEveryMs = 3_600_000) {
  const folder = makeTempFolder('reload');
  const file = join(folder, 'winnow.yaml');
  writeFileSync(file, text);
  const reload = () => loadSettings({ flags: {}, env: {}, cwd: folder, home: folder, configPath: file });
  const history = histories.memory();
  const logged: string[] = [];
  const note = (words: string) => void logged.push(words);
  const watching: WatchedSettings = watchSettings({
    ...{ loaded: await reload(), reload, history, nowMs: () => 1, lookEveryMs },
    log: { debug: note, info: note, warn: note },
  });
  stops.push(() => watching.stop());
  const eventTypes = async () => (await history.events({ limit: 10 })).map(({ type }) => type);
  return { watching, file, history, logged, eventTypes };
}

describe('settings while the service runs', () => {
  test('follow their file', async () => {
    const { watching, file, eventTypes, history } = await watched();
    writeFileSync(file, 'serve: {parallel: 7}\n');

    await watching.lookNow();

    expect(watching.settings().parallel).toBe(7);
    expect(watching.trouble()).toBeUndefined();
    expect(await eventTypes()).toEqual(['settings.reloaded']);
    expect(await history.audit({ limit: 1 })).toMatchObject([{ what: 'reload', note: 'changed: parallel' }]);
  });

  test.each([
    ['is no YAML', 'serve: {parallel: [}\n'],
    ['has an unknown word', 'serve: {paralel: 7}\n'],
    ['has a wrong value', 'serve: {parallel: many}\n'],
    [
      'names a token that is not there',
      'serve: {parallel: 7, access: {tokens: [{name: x, role: viewer, tokenFile: /nonexistent}]}}\n',
    ],
  ])('stay as they were where the file %s', async (_, text) => {
    const { watching, file, eventTypes, logged } = await watched();
    writeFileSync(file, text);

    await watching.lookNow();

    expect(watching.settings().parallel).toBe(3);
    expect(watching.trouble()).toContain('could not be reloaded');
    expect(await eventTypes()).toEqual(['settings.reload-failed']);
    expect(logged.join()).toContain('those from before go on');

    writeFileSync(file, 'serve: {parallel: 5}\n');
    await watching.lookNow();
    expect([watching.settings().parallel, watching.trouble()]).toEqual([5, undefined]);
  });

  test('stay as they were where the file is gone', async () => {
    const { watching, file } = await watched();
    rmSync(file);

    await watching.lookNow();

    expect(watching.settings().parallel).toBe(3);
    expect(watching.trouble()).toContain(file);
  });

  test('keep what is bound at the start, say so, and take the rest', async () => {
    const { watching, file } = await watched();
    writeFileSync(
      file,
      'serve: {parallel: 9, listen: "127.0.0.1:9999", name: other, basePath: /x}\nlease: {ttl: 90s}\n',
    );

    await watching.lookNow();

    const { parallel, listen, name, basePath } = watching.settings();
    expect({ parallel, listen, name, basePath }).toEqual({
      ...{ parallel: 9, listen: { host: '127.0.0.1', port: 8080 }, name: 'winnow', basePath: '' },
    });
    for (const word of ['serve.listen', 'serve.name', 'serve.basePath', 'lease', 'next start'])
      expect(watching.trouble()).toContain(word);
  });

  test('are looked at by themselves', async () => {
    const { watching, file } = await watched(ok, 10);
    writeFileSync(file, 'serve: {parallel: 11}\n');

    await expect.poll(() => watching.settings().parallel, { timeout: 5000 }).toBe(11);
  });

  test('are looked at after SIGHUP', async () => {
    const { watching, file } = await watched();
    writeFileSync(file, 'serve: {parallel: 12}\n');
    process.kill(process.pid, 'SIGHUP');

    await expect.poll(() => watching.settings().parallel, { timeout: 5000 }).toBe(12);
  });
});
