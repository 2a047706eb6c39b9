import { Agent } from 'undici';
import { readUrl } from '../../../util/pure/read-url.ts';
import type { RecordSource } from '../contract.ts';
import { recordsError } from '../errors.ts';
import { checkFirstDocument } from '../mapping.ts';
import { readSettingsFile } from '../secrets.ts';
import type { HttpRecords, RecordsPlace } from '../settings.ts';
import { type Reading, recordSource } from '../survey.ts';
import { authorization } from './authorization.ts';
import { readPages } from './pages.ts';

const TIMEOUT_MS = 30_000;
const RETRIES = 3;
const RETRY_DELAY_MS = 500;
const MAX_PAGE_BYTES = 64 * 1024 * 1024;

/** Records from an HTTP server that answers with JSON. @throws RECORDS_SETTINGS_INVALID when the URL is none. */
export function openHttpRecords(settings: HttpRecords, place: RecordsPlace): RecordSource {
  const isHttp = /^https?:$/.test(readUrl(settings.url)?.protocol ?? '');
  // The text is not repeated: it may hold a password.
  if (!isHttp)
    throw recordsError(
      'RECORDS_SETTINGS_INVALID',
      'opening the HTTP source of records: its address is not an http(s) URL',
    );
  return recordSource('http', place, settings.mapping, (reading) => readRows(settings, reading));
}

async function* readRows(
  settings: HttpRecords,
  { mapping, signal, hider }: Reading,
): AsyncGenerator<readonly unknown[]> {
  const url = new URL(settings.url);
  hideQuerySecrets(url, hider.hide);
  const headers = {
    accept: 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'winnow',
    ...(await authorization(settings, url, hider)),
  };
  url.username = '';
  url.password = '';
  url.hash = '';
  const agent = await connect(settings);
  const options = {
    dispatcher: agent,
    headers,
    maxBytes: settings.maxPageBytes ?? MAX_PAGE_BYTES,
    retries: settings.retries ?? RETRIES,
    retryDelayMs: settings.retryDelayMs ?? RETRY_DELAY_MS,
  };
  try {
    let isFirst = true;
    for await (const rows of readPages(settings, url, options, signal)) {
      if (isFirst && rows.length > 0) {
        checkFirstDocument(rows[0], mapping);
        isFirst = false;
      }
      yield rows;
    }
  } finally {
    await agent.destroy();
  }
}

async function connect(settings: HttpRecords): Promise<Agent> {
  const timeout = settings.timeoutMs ?? TIMEOUT_MS;
  const ca =
    settings.caFile === undefined ? {} : { ca: await readSettingsFile('certificate authority', settings.caFile) };
  return new Agent({ connect: { timeout, ...ca }, headersTimeout: timeout, bodyTimeout: timeout, connections: 1 });
}

/** Some servers take their key in the query. */
function hideQuerySecrets(url: URL, hide: (secret: string) => string): void {
  for (const [name, value] of url.searchParams) if (isSecretParameter(name)) hide(value);
}

function isSecretParameter(name: string): boolean {
  return /token|key|secret|password|signature|auth/i.test(name);
}
