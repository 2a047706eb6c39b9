import { describe, expect, test } from 'vitest';
import { httpRig, NOW_MS } from '../../../../test/support/http-rig.ts';
import type { ToldLog, ToldTransfer } from '../../../systems/history/contract.ts';
import { histories } from '../../../systems/history/index.ts';
import { eventAt } from '../../../systems/pulls/contract.suite.ts';
import { notificationFiles } from '../../../systems/pulls/index.ts';
import { CodedError } from '../../../util/pure/coded-error.ts';
import { ENVELOPE_TYPE } from './envelope.ts';
import { sharedNotebook } from './shared-notebook.ts';

const HOST = 'registry.example:5000';
const push = (tag: string) => ({ events: [eventAt('11:00', { action: 'push', tag })] });

function sharedRig() {
  const memory = histories.memory('told');
  let isGone = false;
  let notes = 0;
  const told: ToldLog = {
    ...memory.told!,
    async note(...args) {
      notes += 1;
      await new Promise(setImmediate);
      if (isGone) throw new CodedError('HISTORY_UNAVAILABLE', 'noting: the database is gone');
      await memory.told!.note(...args);
    },
  };
  const check = async () => {
    if (isGone) throw new CodedError('HISTORY_UNAVAILABLE', 'asking: the database is gone');
  };
  const rig = httpRig({ parts: { history: { ...memory, told, check } } });
  const send = (body: unknown, host = HOST) =>
    rig.ask(`/notifications/${host}`, {
      ...{ method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': ENVELOPE_TYPE } },
    });
  const kept = async (host = HOST) => {
    const found: ToldTransfer[] = [];
    for await (const one of told.transfers(host)) found.push(one);
    return found.map(({ tag }) => tag).sort();
  };
  const set = (gone: boolean) => {
    isGone = gone;
  };
  return { ...rig, send, kept, told, notes: () => notes, set };
}

describe('what a registry tells one of several replicas', () => {
  test('is in the history of all when it is answered, whatever the letters of its name, and in no file', async () => {
    const { send, kept, parts } = sharedRig();

    const answer = await send(push('v1'), HOST.toUpperCase());

    expect(answer.status).toBe(202);
    expect(await kept()).toEqual(['v1']);
    expect(notificationFiles(parts.stateDir, HOST)).toEqual([]);
  });

  test('is noted together where much comes at once, by registry', async () => {
    const { send, kept, notes } = sharedRig();

    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) => send(push(`v${n}`), n % 2 === 0 ? HOST : 'other.example')),
    );

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect((await kept()).length + (await kept('other.example')).length).toBe(40);
    expect(notes()).toBeLessThan(40);
  });

  test('is asked for again while the history does not answer, and the service says that it is not ready', async () => {
    const { send, kept, set, ask } = sharedRig();
    set(true);

    const refused = await send(push('v1'));
    const ready = await ask('/readyz');
    set(false);
    const taken = await send(push('v1'));

    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([503, 'NOTIFICATION_NOT_KEPT']);
    expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining('they tell it again')]);
    expect([taken.status, await kept()]).toEqual([202, ['v1']]);
  });

  test('is refused of more registries than anybody has, and where too much waits already', async () => {
    const { told } = sharedRig();
    for (let n = 0; n < 200; n += 1) await told.note(`r${n}.example`, [{ atMs: 1 }], NOW_MS);
    const book = sharedNotebook(told);
    const never = sharedNotebook({ ...told, note: () => new Promise(() => undefined) });
    const envelope = { line: '', events: [{ atMs: 1 }] };
    await book.append('r7.example', envelope, NOW_MS);

    await expect(book.append(HOST, envelope, NOW_MS)).rejects.toMatchObject({ code: 'NOTIFICATION_NOT_KEPT' });
    for (let n = 0; n < 1001; n += 1) void never.append('r7.example', envelope, NOW_MS);
    await new Promise(setImmediate);
    await expect(never.append('r7.example', envelope, NOW_MS)).rejects.toThrow('1000 notifications wait');
  });
});
