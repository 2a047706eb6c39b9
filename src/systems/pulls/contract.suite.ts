import { describe, expect, test } from 'vitest';
import type { IgnoredPullers, PullLog } from './contract.ts';

export const digestA = `sha256:${'a'.repeat(64)}` as const;
export const digestB = `sha256:${'b'.repeat(64)}` as const;

const soon = () => AbortSignal.timeout(10_000);

interface EventFields {
  readonly action?: string;
  readonly repository?: string;
  readonly digest?: string;
  readonly tag?: string;
  readonly mediaType?: string;
  readonly userAgent?: string;
  readonly actor?: string;
}

/** An event as Distribution tells it, with more in it than is read. @param at - `10:00`, on the first of August */
export function eventAt(at: string, fields: EventFields = {}): object {
  const {
    action = 'pull',
    repository = 'team/app',
    digest = digestA,
    tag,
    userAgent = 'containerd/1.7.2',
    actor,
  } = fields;
  const mediaType = fields.mediaType ?? 'application/vnd.oci.image.manifest.v1+json';
  return {
    id: '320678d8-ca14-430f-8bb6-4ca139cd83f7',
    timestamp: `2026-08-01T${at}:00.123456789Z`,
    action,
    target: {
      mediaType,
      size: 708,
      digest,
      length: 708,
      repository,
      url: 'http://registry.example/v2/…',
      ...(tag && { tag }),
    },
    request: {
      id: '6df24a34',
      addr: '192.168.64.11:42961',
      host: 'registry.example',
      method: 'GET',
      useragent: userAgent,
    },
    actor: actor === undefined ? {} : { name: actor },
    source: { addr: 'registry:5000', instanceID: 'a53db899' },
  };
}

export const timeOf = (at: string) => Date.parse(`2026-08-01T${at}:00.123Z`);

/** What every log of pulls must do. @param open - one that tells these envelopes */
export function pullLogContract(
  name: string,
  open: (envelopes: readonly object[], ignored: IgnoredPullers) => PullLog,
): void {
  const read = (envelopes: readonly object[], ignored: Partial<IgnoredPullers> = {}) =>
    open(envelopes, { userAgents: [], actors: [], ...ignored }).read(soon());

  describe(`${name} as a log of pulls`, () => {
    test('tells when a manifest was last pulled, and by which tag', async () => {
      const { times, counted } = await read([
        {
          events: [eventAt('10:00', { tag: 'v1' }), eventAt('12:00'), eventAt('11:00', { tag: 'v1', digest: digestB })],
        },
      ]);

      expect(counted).toBe(3);
      expect(times.ofManifest('team/app', digestA)).toBe(timeOf('12:00'));
      expect(times.ofManifest('team/app', digestB)).toBe(timeOf('11:00'));
      expect(times.ofTag('team/app', 'v1')).toBe(timeOf('11:00'));
      expect(times.ofTag('team/app', 'v2')).toBeUndefined();
      expect(times.ofManifest('team/other', digestA)).toBeUndefined();
    });

    test('knows pulls since its first event, whatever happened then', async () => {
      const push = eventAt('09:00', { action: 'push' });

      expect((await read([{ events: [eventAt('10:00'), push] }])).times.knownSinceMs).toBe(timeOf('09:00'));
      expect((await read([])).times.knownSinceMs).toBeUndefined();
    });

    test('counts no pushes, and no blobs', async () => {
      const { times, counted } = await read([
        { events: [eventAt('10:00', { action: 'push' }), eventAt('11:00', { mediaType: 'application/octet-stream' })] },
      ]);

      expect(counted).toBe(0);
      expect(times.ofManifest('team/app', digestA)).toBeUndefined();
    });

    test('passes over programs and users that only look', async () => {
      const { times, counted, ignored } = await read(
        [
          {
            events: [
              eventAt('10:00'),
              eventAt('11:00', { userAgent: 'Trivy/0.50 (linux)' }),
              eventAt('12:00', { userAgent: 'Mozilla (compatible; trivy/0.50)' }),
              eventAt('13:00', { actor: 'Scanner' }),
              eventAt('09:00', { userAgent: 'my-nontrivy/1' }),
            ],
          },
        ],
        { userAgents: ['trivy'], actors: ['scanner'] },
      );

      expect({ counted, ignored }).toEqual({ counted: 2, ignored: 3 });
      expect(times.ofManifest('team/app', digestA)).toBe(timeOf('10:00'));
      expect(times.knownSinceMs).toBe(timeOf('09:00'));
    });

    test('stops when it is told to', async () => {
      const reason = new Error('stop');
      const log = open([{ events: [eventAt('10:00')] }], { userAgents: [], actors: [] });

      await expect(log.read(AbortSignal.abort(reason))).rejects.toBe(reason);
    });
  });
}
