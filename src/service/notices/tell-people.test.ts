import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { atEnd } from '../../../test/support/at-end.ts';
import type { NoticeTarget } from '../../config/serve-settings.ts';
import { type Notice, noticeKinds } from './notice.ts';
import { noticeEvent } from './notice-event.ts';
import { tellPeople } from './tell-people.ts';

const notice: Notice = {
  ...{ kind: 'waiting', runId: 'nightly-20260401T030000Z', schedule: 'nightly', flow: 'prune' },
  ...{ target: 'registry.example:5000', atMs: Date.UTC(2026, 3, 1, 3), why: ['It is the first.'] },
  ...{ planned: 12, plannedBytes: 4096 },
};
const teller = { service: 'winnow', cluster: 'prod', url: 'https://winnow.example' };

/** A webhook that answers as it is told, and remembers. */
async function webhook(answers: number[]) {
  const bodies: unknown[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    bodies.push(JSON.parse(text));
    response.writeHead(answers.shift() ?? 204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => new Promise((resolve) => server.close(() => resolve())));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  const target: NoticeTarget = { to: 'webhook', url, timeoutMs: 5000, retries: 0 };
  return { target, bodies };
}

function telling(targets: readonly NoticeTarget[]) {
  const warnings: string[] = [];
  const log = { debug: () => undefined, info: () => undefined, warn: (words: string) => void warnings.push(words) };
  const people = tellPeople({ log, targets: () => targets, teller: () => teller, env: {}, pausesMs: [5, 5] });
  return { people, warnings };
}

describe('a notice', () => {
  test('reaches a webhook as a CloudEvent, with a link and words for people', async () => {
    const { target, bodies } = await webhook([]);
    const { people, warnings } = telling([target]);

    people.tell(notice);
    await people.close(5000);

    expect(bodies).toMatchObject([
      {
        ...{
          specversion: '1.0',
          type: 'dev.winnow.service.waiting',
          subject: notice.runId,
          source: '/winnow/services/winnow',
        },
        data: {
          ...{ type: 'service.waiting', level: 'info', cluster_name: 'prod', planned_actions: 12, planned_bytes: 4096 },
          text: 'The plan of run nightly-20260401T030000Z (registry.example:5000), 12 actions: it waits for approval. It is the first.',
          url: 'https://winnow.example/runs/nightly-20260401T030000Z',
        },
      },
    ]);
    expect(warnings).toEqual([]);
  });

  test('is sent again, with the same id, until it is taken', async () => {
    const { target, bodies } = await webhook([400, 400]);
    const { people, warnings } = telling([target]);

    people.tell(notice);
    await people.close(5000);

    expect(bodies).toHaveLength(3);
    expect(new Set(bodies.map((body) => (body as { readonly id: string }).id)).size).toBe(1);
    expect(warnings).toEqual(['a notice could not be sent yet', 'a notice could not be sent yet']);
  });

  test('that nobody takes is logged, and keeps the others from nothing', async () => {
    const broken = await webhook([400, 400, 400, 400]);
    const good = await webhook([]);
    const { people, warnings } = telling([broken.target, good.target]);

    people.tell(notice);
    await people.close(5000);

    expect(good.bodies).toHaveLength(1);
    expect(warnings.at(-1)).toBe('a notice could not be sent');
  });

  test('does not hold up the end of the service', async () => {
    const { target } = await webhook([400, 400, 400, 400]);
    const log = { debug: () => undefined, info: () => undefined, warn: () => undefined };
    const people = tellPeople({ log, targets: () => [target], teller: () => teller, env: {}, pausesMs: [60_000] });

    people.tell(notice);
    const startMs = performance.now();
    await people.close(100);

    expect(performance.now() - startMs).toBeLessThan(3000);
  });
});

test('each kind says what it is, and how bad', () => {
  const told = noticeKinds.map((kind) => noticeEvent({ ...notice, kind, why: [] }, { ...teller, url: undefined }).data);

  expect(told.map(({ type, level }) => `${type} ${level}`)).toEqual([
    ...['service.waiting info', 'service.limit warn', 'service.failed error'],
    ...['service.outdated warn', 'service.resumed info'],
  ]);
  expect(new Set(told.map((data) => (data as { readonly text?: string }).text)).size).toBe(noticeKinds.length);
});
