import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { eventSinks, openEventSink } from './index.ts';

test('the list of event sinks is equal to the folders', () => {
  const folders = readdirSync(fileURLToPath(new URL('./', import.meta.url)), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

  expect(Object.keys(eventSinks).sort()).toEqual(folders.sort());
});

test('each is opened by its name, without connecting to anything', async () => {
  const opened = await Promise.all([
    openEventSink({ kind: 'stdout' }),
    openEventSink({ kind: 'memory' }),
    openEventSink({ kind: 'file', path: '/nowhere/events.ndjson' }),
    openEventSink({ kind: 'postgres', url: 'postgres://winnow:hunter2@db.example:5433/ops', table: 'audit.events' }),
    openEventSink({ kind: 'webhook', url: 'https://events.example/winnow?key=hunter2' }),
  ]);

  expect(opened.map(({ name }) => name)).toEqual([
    'stdout',
    'memory',
    'file /nowhere/events.ndjson',
    'postgres db.example:5433/ops "audit"."events"',
    'webhook https://events.example/winnow',
  ]);
  await Promise.all(opened.map((sink) => sink.close()));
});

test('a wrong setting shows when the sink is opened, not after the run', async () => {
  await expect(openEventSink({ kind: 'postgres', url: 'mysql://u:hunter2@h/d' })).rejects.toMatchObject({
    code: 'EVENTS_SETTINGS_INVALID',
    message: expect.not.stringContaining('hunter2'),
  });
  await expect(openEventSink({ kind: 'webhook', url: 'events.example' })).rejects.toMatchObject({
    code: 'EVENTS_SETTINGS_INVALID',
  });
});
