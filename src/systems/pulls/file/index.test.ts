import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import { digestA, eventAt, pullLogContract, timeOf } from '../contract.suite.ts';
import { filePulls } from './index.ts';

const soon = () => AbortSignal.timeout(10_000);
const lineOf = (...ats: readonly string[]) => `${JSON.stringify({ events: ats.map((at) => eventAt(at)) })}\n`;

function write(content: string | Uint8Array, name = 'events.ndjson'): string {
  const path = join(makeTempFolder('pulls'), name);
  writeFileSync(path, content);
  return path;
}

const read = (...files: readonly string[]) => filePulls({ files, userAgents: [], actors: [] }).read(soon());
const readTexts = (...texts: readonly string[]) => read(...texts.map((text) => write(text)));

pullLogContract('a file of lines', (envelopes, ignored) =>
  filePulls({ files: [write(envelopes.map((one) => `${JSON.stringify(one)}\n`).join(''))], ...ignored }),
);
pullLogContract('a file that is one document', (envelopes, ignored) =>
  filePulls({ files: [write(JSON.stringify(envelopes, undefined, 2))], ...ignored }),
);
pullLogContract('a packed file', (envelopes, ignored) =>
  filePulls({
    files: [write(gzipSync(envelopes.map((one) => `${JSON.stringify(one)}\n`).join('')), 'a.gz')],
    ...ignored,
  }),
);

describe('pulls in files', () => {
  test('are those of all of them, in whatever order', async () => {
    const { times } = await readTexts(lineOf('12:00'), lineOf('10:00'));

    expect(times.ofManifest('team/app', digestA)).toBe(timeOf('12:00'));
    expect(times.knownSinceMs).toBe(timeOf('10:00'));
  });

  test('may stand one event a line, without envelopes', async () => {
    expect((await readTexts(`${JSON.stringify(eventAt('10:00'))}\n`)).counted).toBe(1);
  });

  test('are known only from behind a line that can not be read, and it is told which that is', async () => {
    const { times, holes, counted } = await readTexts(
      `${lineOf('10:00')}{"events":\n${lineOf('11:00')}${lineOf('12:00')}`,
    );

    expect(counted).toBe(3);
    expect(times.knownSinceMs).toBe(timeOf('11:00'));
    expect(holes).toEqual([expect.stringMatching(/events\.ndjson, line 2: it is no notification$/)]);
  });

  test('are known only from the next file on, where one ends with a line that can not be read', async () => {
    const bad = `${lineOf('10:00')}oops\n`;

    expect((await readTexts(bad, lineOf('12:00'), lineOf('13:00'))).times.knownSinceMs).toBe(timeOf('12:00'));
    expect((await readTexts(bad, lineOf('09:00'))).times.knownSinceMs).toBeUndefined();
  });

  test('that are just being written miss the last line, and nothing else', async () => {
    const torn = lineOf('11:00').slice(0, 40);

    expect((await readTexts(lineOf('10:00') + torn)).times.knownSinceMs).toBe(timeOf('10:00'));
    expect((await readTexts(lineOf('10:00') + torn, lineOf('12:00'))).times.knownSinceMs).toBe(timeOf('12:00'));
  });

  test('with a pull that names no digest have a hole there', async () => {
    const nameless = `${JSON.stringify({ events: [eventAt('11:00', { digest: 'v1' })] })}\n`;

    expect((await readTexts(lineOf('10:00') + nameless + lineOf('12:00'))).times.knownSinceMs).toBe(timeOf('12:00'));
  });

  test('in an empty file tell nothing', async () => {
    expect((await readTexts('')).times.knownSinceMs).toBeUndefined();
  });

  test('that are missing, or something else, stop it: no pull is known by a mistake', async () => {
    const absent = join(makeTempFolder('pulls'), 'absent.ndjson');

    await expect(read(absent)).rejects.toMatchObject({
      code: 'PULLS_UNREADABLE',
      message: `reading the pulls in ${absent}: no such file or directory`,
    });
    await expect(readTexts('127.0.0.1 - - "GET /v2/ HTTP/1.1" 200\n')).rejects.toMatchObject({
      code: 'PULLS_MALFORMED',
    });
    await expect(read(write('no gzip', 'a.gz'))).rejects.toMatchObject({ code: 'PULLS_UNREADABLE' });
  });
});
