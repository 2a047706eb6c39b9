import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import { eventSinkContract, exampleEvent } from '../contract.suite.ts';
import { fileEvents } from './file-events.ts';

const soon = () => AbortSignal.timeout(10_000);

function eventsIn(path: string): readonly unknown[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => JSON.parse(line));
}

eventSinkContract('a file', async () => {
  const path = join(makeTempFolder('events'), 'events.ndjson');
  return { sink: fileEvents({ path }), arrived: async () => eventsIn(path) };
});

describe('the file of events', () => {
  test('is for its owner alone when it is new', async () => {
    const path = join(makeTempFolder('events'), 'events.ndjson');

    await fileEvents({ path }).send(exampleEvent(), soon());

    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('keeps what is in it, and the rights that somebody gave it', async () => {
    const path = join(makeTempFolder('events'), 'events.ndjson');
    writeFileSync(path, '{"before":true}\n', { mode: 0o644 });

    await fileEvents({ path }).send(exampleEvent({ n: 1 }), soon());

    expect(eventsIn(path)).toMatchObject([{ before: true }, { n: 1 }]);
    expect(statSync(path).mode & 0o777).toBe(0o644);
  });

  test('does not write on into a line that a crash has torn', async () => {
    const path = join(makeTempFolder('events'), 'events.ndjson');
    writeFileSync(path, '{"torn":tr');

    await fileEvents({ path }).send(exampleEvent({ n: 1 }), soon());

    const [torn, whole] = readFileSync(path, 'utf8').split('\n');
    expect(torn).toBe('{"torn":tr');
    expect(JSON.parse(whole!)).toMatchObject({ n: 1 });
  });

  test('can be rotated while the sink is open', async () => {
    const path = join(makeTempFolder('events'), 'events.ndjson');
    const sink = fileEvents({ path });

    await sink.send(exampleEvent({ n: 1 }), soon());
    renameSync(path, `${path}.1`);
    await sink.send(exampleEvent({ n: 2 }), soon());

    expect(eventsIn(`${path}.1`)).toMatchObject([{ n: 1 }]);
    expect(eventsIn(path)).toMatchObject([{ n: 2 }]);
  });

  test('is not made by looking whether it could be', async () => {
    const path = join(makeTempFolder('events'), 'events.ndjson');

    await fileEvents({ path }).check(soon());

    expect(existsSync(path)).toBe(false);
  });

  test('that is a folder, or in none, is found before there is anything to write', async () => {
    const folder = makeTempFolder('events');

    for (const path of [folder, join(folder, 'absent', 'x'), join(folder, 'absent', 'y', 'z')])
      await expect(fileEvents({ path }).check(soon())).rejects.toMatchObject({ code: 'EVENTS_NOT_WRITABLE' });
  });

  test('that cannot be written says which, and why', async () => {
    const path = join(makeTempFolder('events'), 'absent', 'events.ndjson');

    await expect(fileEvents({ path }).send(exampleEvent(), soon())).rejects.toMatchObject({
      code: 'EVENTS_NOT_WRITABLE',
      message: expect.stringContaining(`writing an event to ${path}: no such file or directory`),
      hint: expect.stringContaining('folder'),
    });
  });
});
