import { nextPage } from './link-header.ts';
import { errandOf, refusal } from './refusal.ts';
import { errandError, type RegistryError } from './registry-error.ts';
import type { Access, RegistryRequest, RegistryResponse, Transport } from './transport-contract.ts';

/** A list that may come in pages. */
export interface PagedList<T> {
  readonly path: string;
  readonly repository?: string;
  readonly access: Access;
  readonly doing: string;
  /** Entries asked for at a time. `undefined`: as many as the server likes to give. */
  readonly pageSize: number | undefined;
  readonly maxBytes: number;
  /** The entries of a page's JSON, or `undefined` where it is no such page. */
  entries(body: unknown): readonly T[] | undefined;
  nameOf(entry: T): string;
  /** What a refused first page means. Default: an error. */
  refused?(error: RegistryError): 'empty' | Error;
}

/** `guess`: a full page came without a `Link`, so there may be more. `whole`: asked once more, without a page size. */
interface Step {
  readonly kind: 'first' | 'linked' | 'guess' | 'whole';
  readonly query: string;
}

const REFUSALS = [400, 404, 405, 501];
const MAX_RESTARTS = 2;
/** Servers that filter by permission may send empty pages, but not for ever. */
const MAX_BARREN_PAGES = 100;

/** Where a walk through a list stands. */
interface Walk {
  pageSize: number | undefined;
  restarts: number;
  barrenPages: number;
  /** Queries sent since the (last) beginning. */
  readonly asked: Set<string>;
}

/**
 * Walks a list, page by page; each name once.
 *
 * A server that knows no `Link` may still cut: after a full first page it is asked for what comes after its last entry, and then
 * for the whole. A page that vanished (the entry that it would begin after was deleted meanwhile) begins the listing anew.
 *
 * @throws REGISTRY_BAD_ANSWER on loops, on links to elsewhere, on anything that is no such list.
 */
export async function* listPages<T>(transport: Transport, list: PagedList<T>, signal: AbortSignal): AsyncGenerator<T> {
  const walk: Walk = { pageSize: list.pageSize, restarts: 0, barrenPages: 0, asked: new Set() };
  const seen = new Set<string>();
  let step: Step | undefined = firstStep(walk);

  while (step !== undefined) {
    const request: RegistryRequest = requestOf(list, step);
    if (walk.asked.has(step.query)) throw bad(transport, request, 'its pages lead in a circle');
    walk.asked.add(step.query);
    const response = await transport.send(request, signal);
    if (response.status >= 400) {
      step = afterRefusal(list, walk, step, refusal(transport, request, response));
      continue;
    }

    const entries = readPage(transport, list, request, response);
    const known = seen.size;
    for (const entry of entries) {
      const name = list.nameOf(entry);
      if (seen.has(name)) continue;
      seen.add(name);
      yield entry;
    }
    const fresh = seen.size - known;
    walk.barrenPages = fresh === 0 ? walk.barrenPages + 1 : 0;
    if (walk.barrenPages > MAX_BARREN_PAGES)
      throw bad(transport, request, `${walk.barrenPages} pages in a row brought nothing new`);

    const next = nextPage(response.headers['link'], `${transport.url}${request.path}`);
    if (next !== undefined && 'refused' in next) throw bad(transport, request, next.refused);
    step = next === undefined ? afterLinkless(list, walk, step, entries, fresh) : { kind: 'linked', query: next.query };
  }
}

function firstStep(walk: Walk): Step {
  return { kind: 'first', query: walk.pageSize === undefined ? '' : `n=${walk.pageSize}` };
}

function afterRefusal<T>(list: PagedList<T>, walk: Walk, step: Step, error: RegistryError): Step | undefined {
  if (walk.pageSize !== undefined && error.specCodes.includes('PAGINATION_NUMBER_INVALID')) {
    walk.pageSize = undefined;
    return firstStep(walk);
  }
  if (step.kind === 'guess') return { kind: 'whole', query: '' };
  if (step.kind === 'linked' && walk.restarts < MAX_RESTARTS) {
    walk.restarts += 1;
    walk.asked.clear();
    return firstStep(walk);
  }
  const meaning = step.kind === 'first' ? (list.refused?.(error) ?? error) : error;
  if (meaning !== 'empty') throw meaning;
  return undefined;
}

/** A page without a `Link` is the last, unless no page had one and it came full. */
function afterLinkless<T>(
  list: PagedList<T>,
  walk: Walk,
  step: Step,
  entries: readonly T[],
  fresh: number,
): Step | undefined {
  if (step.kind === 'linked' || step.kind === 'whole') return undefined;
  const last = entries.at(-1);
  if (last !== undefined && entries.length === walk.pageSize && (step.kind === 'first' || fresh > 0))
    return { kind: 'guess', query: `n=${walk.pageSize}&last=${encodeURIComponent(list.nameOf(last))}` };
  return step.kind === 'guess' ? { kind: 'whole', query: '' } : undefined;
}

function requestOf<T>(list: PagedList<T>, step: Step): RegistryRequest {
  return {
    method: 'GET',
    path: step.query === '' ? list.path : `${list.path}?${step.query}`,
    access: list.access,
    maxBytes: list.maxBytes,
    doing: list.doing,
    accept: REFUSALS,
    ...(list.repository === undefined ? {} : { repository: list.repository }),
  };
}

function readPage<T>(
  transport: Transport,
  list: PagedList<T>,
  request: RegistryRequest,
  response: RegistryResponse,
): readonly T[] {
  const entries = response.status === 200 ? list.entries(parseJson(response.bytes)) : undefined;
  if (entries === undefined) throw bad(transport, request, `${response.status}, but no such list`);
  return entries;
}

/** Any JSON, or `undefined`. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function bad(transport: Transport, request: RegistryRequest, what: string): RegistryError {
  return errandError('REGISTRY_BAD_ANSWER', errandOf(transport, request), what);
}
