import { describe, expect, test } from 'vitest';
import { aRun, httpRig, NOW_MS } from '../../../../test/support/http-rig.ts';
import { liveFeed } from './live.ts';

interface Told {
  readonly event?: string;
  readonly id?: string;
  readonly data?: unknown;
}

/** Reads messages of a stream, one after the other. */
function readerOf(answer: Response) {
  const reader = answer.body!.getReader();
  const decoder = new TextDecoder();
  let text = '';
  return {
    async next(): Promise<Told | undefined> {
      for (;;) {
        const end = text.indexOf('\n\n');
        if (end >= 0) {
          const block = text.slice(0, end);
          text = text.slice(end + 2);
          const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2)));
          const { event, id, data } = fields as Record<string, string>;
          return {
            ...(event !== undefined && { event }),
            ...(id !== undefined && { id }),
            ...(data !== undefined && { data: JSON.parse(data) }),
          };
        }
        const { done, value } = await reader.read();
        if (done) return undefined;
        text += decoder.decode(value);
      }
    },
    cancel: () => reader.cancel(),
  };
}

async function listening(path = '/api/v1/events', headers: Record<string, string> = {}) {
  const stop = new AbortController();
  const rig = httpRig({ parts: { stopping: stop.signal } });
  const { history } = rig.parts;
  const event = (state: string, runId = 'r1') =>
    history.addEvent({ atMs: NOW_MS, runId, type: 'run.state', data: { state } });
  const open = async () => readerOf(await rig.ask(path, { headers }));
  return { rig, history, event, open, stop };
}

describe('the stream of events', () => {
  test('begins with a heartbeat, and tells what happens with numbers', async () => {
    const { event, open, stop } = await listening();
    const stream = await open();

    expect(await stream.next()).toEqual({ event: 'heartbeat', data: { atMs: NOW_MS } });
    await event('planning');
    await event('waiting');
    expect(await stream.next()).toEqual({
      event: 'run.state',
      id: '1',
      data: { atMs: NOW_MS, runId: 'r1', state: 'planning' },
    });
    expect(await stream.next()).toMatchObject({ id: '2', data: { state: 'waiting' } });
    stop.abort();
    expect(await stream.next()).toBeUndefined();
  });

  test('tells who comes back what was missed, and nothing twice', async () => {
    const { event, open, stop } = await listening('/api/v1/events', { 'Last-Event-ID': '1' });
    for (const state of ['planning', 'waiting', 'approved']) await event(state);
    const stream = await open();
    await stream.next();
    await event('applying');

    const told = [await stream.next(), await stream.next(), await stream.next()];

    expect(told.map((one) => one?.id)).toEqual(['2', '3', '4']);
    stop.abort();
  });

  test('tells who was away for too long to look anew', async () => {
    const { event, open, stop } = await listening('/api/v1/events', { 'Last-Event-ID': '0' });
    for (let n = 0; n < 1001; n += 1) await event('applying');
    const stream = await open();
    await stream.next();

    expect(await stream.next()).toEqual({ event: 'resync', data: {} });
    stop.abort();
  });

  test.each(['x', '-1', '1e9', ''])('takes %j for no number', async (id) => {
    const { event, open, stop } = await listening('/api/v1/events', { 'Last-Event-ID': id });
    await event('planning');
    const stream = await open();
    await stream.next();
    await event('waiting');

    expect(await stream.next()).toMatchObject({ id: '2' });
    stop.abort();
  });

  test('tells of one run only where that is asked for', async () => {
    const { event, open, stop } = await listening('/api/v1/events?run=r2');
    const stream = await open();
    await stream.next();
    await event('planning', 'r1');
    await event('planning', 'r2');

    expect(await stream.next()).toMatchObject({ data: { runId: 'r2' } });
    stop.abort();
  });

  test('tells how far runs are, once for each step', async () => {
    const { history, open, stop, event } = await listening();
    const progress = { title: 'removing', done: 3, total: 9, words: '3 of 9', atMs: NOW_MS };
    await history.claimRun(aRun({ id: 'r1', state: 'applying', progress }));
    const stream = await open();
    await stream.next();

    expect(await stream.next()).toEqual({ event: 'run.progress', data: { runId: 'r1', ...progress } });
    await history.moveRun('r1', ['applying'], { progress: { ...progress, done: 4, atMs: NOW_MS + 500 } });
    await event('applying');
    const both = [await stream.next(), await stream.next()];
    expect(both.map((one) => one?.event).toSorted()).toEqual(['run.progress', 'run.state']);
    stop.abort();
  });

  test('is for a hundred at a time', async () => {
    const { rig, stop } = await listening();
    const all = await Promise.all(Array.from({ length: 100 }, () => rig.ask('/api/v1/events')));

    const answer = await rig.ask('/api/v1/events');
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([503, 'TOO_MANY_LISTENERS']);
    await all[0]?.body?.cancel();
    expect((await rig.ask('/api/v1/events')).status).toBe(200);
    stop.abort();
  });
});

describe('looking for what happens', () => {
  const log = { debug() {}, info() {}, warn() {} };

  test('goes on after the history was gone, and tells of it once', async () => {
    const { parts } = httpRig();
    const warned: string[] = [];
    let isGone = false;
    const history = {
      events: async (query: Parameters<typeof parts.history.events>[0]) => {
        if (isGone) throw new Error('gone');
        return await parts.history.events(query);
      },
      lastEventId: () => parts.history.lastEventId(),
      runs: async () => [],
    };
    const feed = liveFeed(history, { ...log, warn: (words) => void warned.push(words) }, 5);
    const told: unknown[] = [];
    const { stop } = await feed.listen((message) => void told.push(message));

    isGone = true;
    await parts.history.addEvent({ atMs: 1, type: 'leader', data: {} });
    await expect.poll(() => warned.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    isGone = false;
    await expect.poll(() => told.length).toBe(1);
    expect(warned).toHaveLength(1);
    stop();
    expect(feed.listeners).toBe(0);
  });

  test('ends with the last listener', async () => {
    const { parts } = httpRig();
    let looks = 0;
    const history = {
      events: async () => {
        looks += 1;
        return [];
      },
      lastEventId: () => parts.history.lastEventId(),
      runs: async () => [],
    };
    const feed = liveFeed(history, log, 5);
    const { stop } = await feed.listen(() => {});
    await expect.poll(() => looks).toBeGreaterThan(2);
    stop();
    const before = looks;
    await new Promise((resolve) => setTimeout(resolve, 40));

    expect(looks - before).toBeLessThanOrEqual(1);
  });
});
