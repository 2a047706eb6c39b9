import { KubeError } from './kube-error.ts';
import type { GetOptions, Json } from './kube-exchange.ts';

export interface ListOptions {
  /** Items in a chunk, at most. Default 500. */
  readonly limit?: number;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Of a chunk, in bytes: of a larger one half as many items are asked for. */
  readonly maxBytes?: number;
}

type Get = (path: string, signal: AbortSignal, options?: GetOptions) => Promise<Json>;

const LIMIT = 500;
const MAX_RESTARTS = 3;

/** Where a walk through a list stands. */
interface Walk {
  limit: number;
  /** Token of the next chunk; undefined: the beginning. */
  next: string | undefined;
  restarts: number;
  /** Tokens since the (last) beginning. */
  readonly asked: Set<string>;
}

/**
 * Walks through a list, a chunk at a time.
 *
 * @throws KubeError `malformed` for what is no list, or leads in a circle; status 410 when it expires again and again
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
 */
export async function* listItems(
  get: Get,
  path: string,
  options: ListOptions,
  signal: AbortSignal,
): AsyncGenerator<Json> {
  const walk: Walk = { limit: options.limit ?? LIMIT, next: undefined, restarts: 0, asked: new Set() };
  for (;;) {
    const list = await nextChunk(get, path, options, walk, signal);
    if (list === 'again') continue;
    yield* itemsOf(path, list);
    walk.next = continueOf(list);
    if (walk.next === undefined) return;
    if (walk.asked.has(walk.next))
      throw new KubeError('malformed', `GET ${path}: the chunks of the list lead in a circle`);
    walk.asked.add(walk.next);
  }
}

/** @returns `again`: the walk stands elsewhere now. */
async function nextChunk(
  get: Get,
  path: string,
  options: ListOptions,
  walk: Walk,
  signal: AbortSignal,
): Promise<Json | 'again'> {
  try {
    const sized = options.maxBytes === undefined ? {} : { maxBytes: options.maxBytes };
    return await get(`${path}?${queryOf(options, walk)}`, signal, sized);
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    if (error.failure === 'too-large' && walk.limit > 1) {
      walk.limit = Math.floor(walk.limit / 2);
      return 'again';
    }
    if (error.status !== 410 || walk.next === undefined || walk.restarts >= MAX_RESTARTS) throw error;
    walk.restarts += 1;
    walk.next = undefined;
    walk.asked.clear();
    return 'again';
  }
}

function queryOf({ labelSelector, fieldSelector }: ListOptions, { limit, next }: Walk): URLSearchParams {
  return new URLSearchParams({
    limit: String(limit),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
    ...(next === undefined ? {} : { continue: next }),
  });
}

function* itemsOf(path: string, list: Json): Generator<Json> {
  const { kind, apiVersion } = list;
  if (typeof kind !== 'string' || !kind.endsWith('List') || list['items'] === undefined)
    throw new KubeError('malformed', `GET ${path}: the answer is no list, but ${JSON.stringify(kind ?? null)}`);
  // Go writes a list that was never filled as null.
  const items = list['items'] ?? [];
  if (!Array.isArray(items)) throw new KubeError('malformed', `GET ${path}: the items of the list are no list`);
  for (const item of items as unknown[]) {
    if (typeof item !== 'object' || item === null)
      throw new KubeError('malformed', `GET ${path}: an item of the list is no object`);
    yield { kind: kind.slice(0, -'List'.length), apiVersion, ...item };
  }
}

function continueOf({ metadata }: Json): string | undefined {
  const { continue: next } = (metadata ?? {}) as { readonly continue?: unknown };
  return typeof next === 'string' && next !== '' ? next : undefined;
}
