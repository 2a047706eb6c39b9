import * as z from 'zod';
import { isDigest } from '../../../oci/digest.ts';

/*
 * What Distribution posts, as far as we check it; the rest of an event is kept as it came. Events of blobs name application/octet-stream, a
 * deleted tag has no digest.
 *
 *   {"events": [{"id": …, "timestamp": "2026-01-02T15:04:05.678Z", "action": "push",
 *                "target": {"mediaType": …, "digest": …, "repository": "team/app", "tag": "v1"}, …}]}
 *
 * https://distribution.github.io/distribution/about/notifications/
 */

export const ENVELOPE_TYPE = 'application/vnd.docker.distribution.events.v1+json';

const target = z.looseObject({
  repository: z.string().min(1).max(500),
  mediaType: z.string().max(300).optional(),
  digest: z.string().refine(isDigest, 'it is no digest').optional(),
  tag: z.string().max(200).optional(),
});

const event = z
  .looseObject({
    timestamp: z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'it is no time'),
    action: z.string().min(1).max(50),
    target,
  })
  .refine(({ action, target: { digest } }) => digest !== undefined || (action !== 'pull' && action !== 'push'), {
    path: ['target', 'digest'],
    message: 'a pull or push has one',
  });

export const envelopeSchema = z.looseObject({ events: z.array(event).min(1).max(10_000) });

export type Envelope = z.output<typeof envelopeSchema>;
