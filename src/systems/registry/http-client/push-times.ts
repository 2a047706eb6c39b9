import * as z from 'zod';
import { type Digest, isDigest } from '../../../oci/digest.ts';
import { parseJson } from './pages.ts';
import { errandOf } from './refusal.ts';
import { errandError } from './registry-error.ts';
import { pathOf } from './request-paths.ts';
import type { RegistryRequest, Transport } from './transport-contract.ts';

/** What Trow up to 0.6 tells: in the order of its file, which differs between versions; the date may be missing. */
const History = z.object({ history: z.array(z.object({ digest: z.string(), date: z.string().nullish() })) });

const MAX_HISTORY_BYTES = 16 << 20;

/** When each digest that a tag had was pushed last, UTC milliseconds. Empty where the tag is unknown. */
export async function readPushTimes(
  transport: Transport,
  repository: string,
  tag: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<Digest, number>> {
  const request: RegistryRequest = {
    method: 'GET',
    path: pathOf.history(repository, tag),
    repository,
    access: 'pull',
    maxBytes: MAX_HISTORY_BYTES,
    doing: `reading the history of ${repository}:${tag}`,
    accept: [404],
  };
  const response = await transport.send(request, signal);
  if (response.status === 404) return new Map();
  const history = History.safeParse(parseJson(response.bytes));
  if (!history.success) {
    throw errandError('REGISTRY_BAD_ANSWER', errandOf(transport, request), `${response.status}, but no history`);
  }
  const times = new Map<Digest, number>();
  for (const { digest, date } of history.data.history) {
    const atMs = parseDate(date ?? '');
    if (isDigest(digest) && atMs !== undefined) times.set(digest, Math.max(atMs, times.get(digest) ?? atMs));
  }
  return times;
}

const DATE = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d{1,3})?)\d*(?: UTC|Z)$/;

/** Reads `2022-05-23 10:11:12.123456789 UTC`. */
function parseDate(text: string): number | undefined {
  const [, day, time] = DATE.exec(text) ?? [];
  const atMs = Date.parse(`${day}T${time}Z`);
  return Number.isNaN(atMs) ? undefined : atMs;
}
