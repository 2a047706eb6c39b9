import type { Context } from 'hono';
import { readUrl } from '../../../util/pure/read-url.ts';
import type { Person } from '../../desk.ts';
import { ServiceError } from '../../errors.ts';
import type { ServiceEnv } from '../parts.ts';
import type { Seal } from './seal.ts';

export const CSRF_FIELD = 'csrf';
export const CSRF_HEADER = 'X-CSRF-Token';
/** As long as a page may stay open. */
const GOOD_FOR_MS = 12 * 3_600_000;

/** A token for the forms of one person. Nobody else's is good for him: it can't be brought along from elsewhere. */
export async function csrfToken(seal: Seal, person: Person | undefined, nowMs: number): Promise<string> {
  return await seal.sign(purposeOf(person), String(nowMs + GOOD_FOR_MS));
}

/**
 * Refuses what a page of elsewhere makes a browser send.
 *
 * @param publicUrl - by which name people reach the service, where that is another than it sees
 * @throws CROSS_SITE
 */
export async function assertOwnPage(
  context: Context<ServiceEnv>,
  seal: Seal,
  nowMs: number,
  publicUrl: string | undefined,
): Promise<void> {
  const { req: request } = context;
  const doing = `looking where ${request.method} ${request.path} comes from`;
  const site = request.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw crossSite(`${doing}: from ${site}`);
  const origin = request.header('origin');
  if (origin !== undefined && !isOwnOrigin(origin, request.header('host'), publicUrl))
    throw crossSite(`${doing}: from a page of ${origin}`);
  const token = request.header(CSRF_HEADER) ?? (await tokenInForm(context));
  const until = token === undefined ? undefined : await seal.open(purposeOf(context.get('person')), token);
  if (until === undefined) throw crossSite(`${doing}: it brought no token of this service's pages`);
  if (Number(until) <= nowMs) throw crossSite(`${doing}: the page that it comes from is older than half a day`);
}

function isOwnOrigin(origin: string, host: string | undefined, publicUrl: string | undefined): boolean {
  const from = readUrl(origin);
  if (from === undefined) return false;
  if (publicUrl !== undefined && from.origin === readUrl(publicUrl)?.origin) return true;
  return host !== undefined && from.host === host.toLowerCase();
}

async function tokenInForm(context: Context<ServiceEnv>): Promise<string | undefined> {
  const type = context.req.header('content-type') ?? '';
  if (!/^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(type)) return undefined;
  const field = (await context.req.parseBody())[CSRF_FIELD];
  return typeof field === 'string' ? field : undefined;
}

function purposeOf(person: Person | undefined): string {
  return `csrf ${person === undefined ? '' : JSON.stringify(person.name)}`;
}

function crossSite(message: string): ServiceError {
  return new ServiceError('CROSS_SITE', message);
}
