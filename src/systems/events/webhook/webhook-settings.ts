import { isIP } from 'node:net';
import { readUrl } from '../../../util/pure/read-url.ts';
import { eventsError } from '../errors.ts';

export interface WebhookEventsOptions {
  /** `https://host/path`. Credentials in it are refused: they belong into {@link tokenFile}. */
  readonly url: string;
  /** Its first line goes along as a bearer token. Over `http://` only to this machine. */
  readonly tokenFile?: string;
  /** PEM: trusted in place of the system's authorities. */
  readonly caFile?: string;
  /** For connecting, and again for the whole answer; 10 s. */
  readonly timeoutMs?: number;
  /** Attempts after the first, on 429, 5xx and lost connections; 3. */
  readonly retries?: number;
}

/** Checks what can be checked before anything is sent. @throws EVENTS_SETTINGS_INVALID */
export function parseWebhookUrl({ url, tokenFile }: WebhookEventsOptions): URL {
  if (readUrl(url) === undefined) throw invalid('it is not a URL');
  const parsed = new URL(url);
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') throw invalid('it is neither https:// nor http://');
  if (parsed.username !== '' || parsed.password !== '')
    throw invalid('it holds credentials, which would show up in logs', 'Put a token into a file, and name that file.');
  if (tokenFile !== undefined && parsed.protocol === 'http:' && !isThisMachine(parsed.hostname))
    throw invalid('a token would go over the network in the clear', 'Use https://, or do without the token.');
  return parsed;
}

function isThisMachine(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}

function invalid(why: string, hint = 'Write it as https://events.example.com/winnow.'): Error {
  return eventsError('EVENTS_SETTINGS_INVALID', `reading the URL of the webhook for events: ${why}`, { hint });
}
