import { readUrl } from '../../../util/pure/read-url.ts';
import { ReadingStopped, recordsError } from '../errors.ts';
import { type Answer, excerpt, type GetOptions, get } from './get.ts';

const MAX_REDIRECTS = 5;

export interface JsonAnswer extends Answer {
  readonly body: unknown;
}

/**
 * Gets a JSON document. Redirects are followed within the same origin.
 *
 * @throws RECORDS_ACCESS_DENIED (401, 403), RECORDS_NOT_FOUND (404, 410), RECORDS_HTTP_REFUSED (any other answer that is none),
 *   RECORDS_FORMAT_INVALID for what doesn't even claim to be JSON; ReadingStopped for JSON that is cut off
 */
export async function getJson(url: URL, options: GetOptions, doing: string, signal: AbortSignal): Promise<JsonAnswer> {
  let target = url;
  for (let redirects = 0; ; redirects += 1) {
    const answer = await get(target, options, doing, signal);
    if (answer.status >= 200 && answer.status < 300) return { ...answer, body: parse(answer, doing) };
    if (answer.status < 300 || answer.status >= 400) throw refusal(answer, doing);
    target = redirected(answer, target, redirects, doing);
  }
}

function redirected(answer: Answer, from: URL, redirects: number, doing: string): URL {
  const location = answer.headers['location'] ?? '';
  const refused = (why: string) =>
    recordsError('RECORDS_HTTP_REFUSED', `${doing}: the server answered ${answer.status} ${why}`);
  if (location === '' || readUrl(location, from.href) === undefined) throw refused('without an address to go on to');
  const target = new URL(location, from);
  // A login page, or a place that must not see our credentials.
  if (target.origin !== from.origin) throw refused(`and leads to ${target.origin}, which is not followed`);
  if (redirects >= MAX_REDIRECTS) throw refused(`${redirects + 1} times in a row`);
  return target;
}

function refusal(answer: Answer, doing: string) {
  const { status } = answer;
  const message = `${doing}: the server answered ${status}${excerpt(answer.text)}`;
  if (status === 401 || status === 403) return recordsError('RECORDS_ACCESS_DENIED', message);
  if (status === 404 || status === 410) return recordsError('RECORDS_NOT_FOUND', message);
  return status >= 500 ? new ReadingStopped(message) : recordsError('RECORDS_HTTP_REFUSED', message);
}

function parse(answer: Answer, doing: string): unknown {
  const encoding = answer.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity')
    throw recordsError(
      'RECORDS_FORMAT_INVALID',
      `${doing}: the answer is encoded as ${encoding}, which was not asked for`,
    );
  try {
    return JSON.parse(answer.text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const type = answer.headers['content-type'] ?? '(none)';
    const message = `${doing}: ${answer.text.length} characters of ${type} came that are not whole JSON`;
    if (/json/i.test(type))
      throw new ReadingStopped(message, 'The answer may have been cut off: look into the logs of the server.');
    throw recordsError(
      'RECORDS_FORMAT_INVALID',
      message,
      'Check the address: this may be a page for people, such as a login.',
    );
  }
}
