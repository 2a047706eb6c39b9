import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { httpRig, NOW_MS } from '../../../../test/support/http-rig.ts';
import { digestA, eventAt } from '../../../systems/pulls/contract.suite.ts';
import { notificationFiles, notificationFolder, openPulls } from '../../../systems/pulls/index.ts';
import { ENVELOPE_TYPE } from './envelope.ts';
import { notebook } from './notebook.ts';

const HOST = 'registry.example:5000';
const DAY_MS = 24 * 3_600_000;
const envelope = (...events: readonly object[]) => ({ events });

function registryRig(settings: Parameters<typeof httpRig>[0] = {}) {
  const rig = httpRig(settings);
  const send = async (body: unknown, more: Parameters<typeof rig.ask>[1] & { readonly host?: string } = {}) =>
    await rig.ask(`/notifications/${more.host ?? HOST}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...more,
      headers: { 'Content-Type': ENVELOPE_TYPE, ...(more.headers as Record<string, string>) },
    });
  const files = () => notificationFiles(rig.parts.stateDir, HOST);
  const linesOf = (path: string) => readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return { ...rig, send, files, linesOf };
}

const problem = async (answer: Response) => (await answer.json()) as { code: string; detail: string };

describe('what a registry tells', () => {
  test('lies in the file of the day when it is answered, as it came', async () => {
    const { send, files, linesOf, parts } = registryRig();
    const sent = envelope(eventAt('10:00', { tag: 'v1' }), eventAt('11:00', { action: 'push' }));

    const answer = await send(sent);

    expect([answer.status, await answer.text()]).toEqual([202, '']);
    expect(files()).toEqual([join(notificationFolder(parts.stateDir, HOST), '2026-11-21.ndjson')]);
    expect(linesOf(files()[0]!).map((line) => JSON.parse(line))).toEqual([sent]);
  });

  test('is what prune reads: pulls and pushes', async () => {
    const { send, files } = registryRig();
    await send(envelope(eventAt('10:00', { tag: 'v1' }), eventAt('11:00', { action: 'push', tag: 'v2' })));

    const read = await openPulls({ files: files(), userAgents: [], actors: [] }).read(AbortSignal.timeout(5000));

    expect(read.times.ofTag('team/app', 'v1')).toBeDefined();
    expect(read.pushes.ofTag('team/app', 'v2')).toBeDefined();
    expect(read.holes).toEqual([]);
  });

  test('is kept whole when many tell at once', async () => {
    const { send, files, linesOf } = registryRig();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => send(envelope(eventAt('10:00', { tag: `v${n}` })))),
    );

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    const tags = linesOf(files()[0]!).map((line) => JSON.parse(line).events[0].target.tag);
    expect(new Set(tags).size).toBe(50);
  });

  test('goes into a file for each day, and old days go', async () => {
    const { send, files, pass, change, parts } = registryRig();
    change({ notifications: { ...parts.settings().notifications, keepForMs: 2 * DAY_MS } });
    const seen: string[] = [];
    for (let day = 0; day < 5; day += 1) {
      await send(envelope(eventAt('10:00')));
      seen.push(
        files()
          .map((path) => path.slice(-16, -7))
          .join(' '),
      );
      pass(DAY_MS);
    }

    expect(seen.at(-1)).toBe('026-11-23 026-11-24 026-11-25');
  });

  test('stands alone behind a line that was cut off', async () => {
    const { send, files, linesOf } = registryRig();
    await send(envelope(eventAt('10:00')));
    const [path = ''] = files();
    appendFileSync(path, '{"events":[{"acti');
    const other = registryRig({ parts: { stateDir: path.split('/notifications/')[0]! } });

    await other.send(envelope(eventAt('11:00')));

    expect(linesOf(path)).toHaveLength(3);
    expect(JSON.parse(linesOf(path)[2]!)).toEqual(envelope(eventAt('11:00')));
  });

  test('is asked for again when it can not be written down', async () => {
    const { send, parts, logged } = registryRig();
    writeFileSync(join(parts.stateDir, 'notifications'), 'a file where the folder should be');

    const answer = await send(envelope(eventAt('10:00')));

    expect([answer.status, (await problem(answer)).code]).toEqual([503, 'NOTIFICATION_NOT_KEPT']);
    expect(logged.join()).toContain('writing down');
  });

  test('is written again after a failure', async () => {
    const { parts } = registryRig();
    const book = notebook(parts.stateDir, () => DAY_MS);
    await book.append(HOST, { line: '{"n":1}', events: [] }, NOW_MS);
    const [path = ''] = notificationFiles(parts.stateDir, HOST);
    renameSync(path, `${path}.aside`);
    mkdirSync(path);
    await expect(book.append(HOST, { line: '{"n":2}', events: [] }, NOW_MS)).rejects.toMatchObject({
      code: 'NOTIFICATION_NOT_KEPT',
    });
    rmdirSync(path);
    renameSync(`${path}.aside`, path);
    await book.append(HOST, { line: '{"n":3}', events: [] }, NOW_MS);

    expect(readFileSync(path, 'utf8')).toBe('{"n":1}\n{"n":3}\n');
  });
});

describe('at the door for registries', () => {
  const token = 'the-token-of-the-registry';

  test('only this machine is heard without a token', async () => {
    const { send } = registryRig();

    expect((await send(envelope(eventAt('10:00')), { peer: '192.0.2.1' })).status).toBe(401);
    expect((await send(envelope(eventAt('10:00')), { headers: { 'X-Forwarded-For': '1.2.3.4' } })).status).toBe(401);
  });

  test('the token is asked for where there is one, of this machine too', async () => {
    const { send, parts, change } = registryRig();
    const tokenFile = join(parts.stateDir, 'token');
    writeFileSync(tokenFile, token);
    change({ notifications: { ...parts.settings().notifications, tokenFile } });
    const withToken = (text: string) => ({ headers: { Authorization: `Bearer ${text}` }, peer: '192.0.2.1' });

    expect((await send(envelope(eventAt('10:00')))).status).toBe(401);
    expect((await send(envelope(eventAt('10:00')), withToken(`${token}x`))).status).toBe(401);
    expect((await send(envelope(eventAt('10:00')), withToken(token))).status).toBe(202);
  });

  test.each([
    ['no JSON', '{"events": [', 'no JSON'],
    ['no envelope', {}, '"events"'],
    ['no events', { events: [] }, '"events"'],
    ['an event without time', envelope({ ...eventAt('10:00'), timestamp: undefined }), '"events.0.timestamp"'],
    ['a time that is none', envelope({ ...eventAt('10:00'), timestamp: 'noon' }), '"events.0.timestamp"'],
    ['a digest that is none', envelope(eventAt('10:00', { digest: 'sha256:1' })), '"events.0.target.digest"'],
    [
      'a pull without digest',
      envelope({ ...eventAt('10:00'), target: { repository: 'a' } }),
      '"events.0.target.digest"',
    ],
    ['no repository', envelope(eventAt('10:00', { repository: '' })), '"events.0.target.repository"'],
  ])('%s is refused, naming the field', async (_, body, words) => {
    const { send, files } = registryRig();

    const answer = await send(body);

    expect(answer.status).toBe(400);
    expect((await problem(answer)).detail).toContain(words);
    expect(files()).toEqual([]);
  });

  test('deletions without a digest are taken', async () => {
    const { send } = registryRig();

    expect(
      (
        await send(
          envelope({ action: 'delete', timestamp: '2026-08-01T10:00:00Z', target: { repository: 'a', tag: 'x' } }),
        )
      ).status,
    ).toBe(202);
  });

  test.each(['..%2f..%2fetc', 'a%2fb', '%2e', 'a b', 'x%00', '-', `${'a'.repeat(300)}`, 'h:port'])(
    'nothing is written for a registry called %s',
    async (host) => {
      const { send, parts } = registryRig();

      expect([400, 403, 404]).toContain((await send(envelope(eventAt('10:00')), { host })).status);
      expect(readdirSync(parts.stateDir)).toEqual([]);
    },
  );

  test('more than a mebibyte is refused, and other types', async () => {
    const { send } = registryRig();
    const large = envelope({ ...eventAt('10:00'), more: 'x'.repeat(1 << 20) });

    expect((await send(large)).status).toBe(413);
    expect((await send(envelope(eventAt('10:00')), { headers: { 'Content-Type': 'text/plain' } })).status).toBe(415);
  });

  test('whatever is sent: it is refused, or it can be read back', async () => {
    const { send, files, linesOf } = registryRig();
    const event = fc.record({
      action: fc.constantFrom('pull', 'push', 'mount', 'delete'),
      timestamp: fc.oneof(fc.constant('2026-08-01T10:00:00Z'), fc.string()),
      target: fc.record(
        { repository: fc.string(), digest: fc.constantFrom(digestA, 'x', null), tag: fc.string() },
        { requiredKeys: [] },
      ),
      actor: fc.anything(),
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.anything(), fc.record({ events: fc.array(event) })), async (body) => {
        const text = JSON.stringify(body);
        fc.pre(text !== undefined);
        const { status } = await send(text);
        expect([202, 400]).toContain(status);
      }),
    );

    for (const path of files()) {
      for (const line of linesOf(path)) expect(JSON.parse(line).events.length).toBeGreaterThan(0);
      const read = await openPulls({ files: [path], userAgents: [], actors: [] }).read(AbortSignal.timeout(5000));
      expect(read.holes).toEqual([]);
    }
  });
});
