import { describe, expect, test } from 'vitest';
import { type ScriptedAnswer, scriptTransport } from '../../../../test/support/scripted-transport.ts';
import { digestOf } from '../content-digest.ts';
import { readPushTimes } from './push-times.ts';

const { signal } = new AbortController();
const A = digestOf(Buffer.from('a'));
const B = digestOf(Buffer.from('b'));

function times(answer: ScriptedAnswer) {
  return readPushTimes(
    scriptTransport(() => answer),
    'team/app',
    'v1',
    signal,
  );
}

describe("Trow's manifest history", () => {
  test('is asked for outside of /v2', async () => {
    const transport = scriptTransport(() => ({ body: { image: 'team/app:v1', history: [] } }));
    await readPushTimes(transport, 'team/app', 'v1', signal);
    expect(transport.sent).toEqual(['GET /team/app/manifest_history/v1']);
  });

  test('gives each digest its greatest time, in whatever order they come', async () => {
    const history = [
      { digest: A, date: '2022-05-23 10:11:12.123456789 UTC' },
      { digest: B, date: '2022-05-24 00:00:00 UTC' },
      { digest: A, date: '2022-06-01 10:11:12.5 UTC' },
      { digest: A, date: '2022-01-01 00:00:00 UTC' },
    ];
    const expected = new Map([
      [A, Date.UTC(2022, 5, 1, 10, 11, 12, 500)],
      [B, Date.UTC(2022, 4, 24)],
    ]);
    expect(await times({ body: { history } })).toEqual(expected);
    expect(await times({ body: { history: history.toReversed() } })).toEqual(expected);
  });

  test('leaves out what has no time that can be read', async () => {
    const history = [
      { digest: A },
      { digest: B, date: 'yesterday' },
      { digest: 'latest', date: '2022-05-24 00:00:00 UTC' },
    ];
    expect(await times({ body: { history } })).toEqual(new Map());
  });

  test('is empty for an unknown tag, and an error where it is none', async () => {
    expect(await times({ status: 404 })).toEqual(new Map());
    await expect(times({ body: '<html>' })).rejects.toMatchObject({ code: 'REGISTRY_BAD_ANSWER' });
  });
});
