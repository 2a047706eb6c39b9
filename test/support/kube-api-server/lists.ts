import { type ApiObject, badRequest, Refusal } from './api-object.ts';
import { groupVersion, type ServedKind } from './kinds.ts';
import { keyOf, type ObjectStore } from './object-store.ts';
import { selectorOf } from './selectors.ts';

/** Where a list goes on: behind which key, in which state of the store. */
interface Token {
  readonly v: 'winnow.test/v1';
  readonly rv: number;
  readonly start: string;
}

const EXPIRED = 'The provided continue parameter is too old to display a consistent list result.';

/**
 * A list, or a chunk of one. What follows on a chunk shows the state in which the list began, until that state is compacted: then 410, with
 * a token by which it goes on in the present state, for clients that can live with that.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
 */
export function listOf(
  store: ObjectStore,
  kind: ServedKind,
  namespace: string | undefined,
  query: URLSearchParams,
): ApiObject {
  const limit = Number(query.get('limit') ?? 0);
  if (!Number.isInteger(limit) || limit < 0) throw badRequest(`invalid limit ${query.get('limit')}`);
  const token = tokenIn(store, query);
  const isSelected = selectorOf(kind, query);
  const all = store.list(kind, token?.rv ?? store.version).filter((object) => isIn(namespace, object));
  const start = token === undefined ? 0 : all.findIndex((object) => keyIn(object) > token.start);
  const rest = start < 0 ? [] : all.slice(start);

  const items: ApiObject[] = [];
  let seen = 0;
  for (const object of rest) {
    if (limit > 0 && items.length === limit) break;
    seen++;
    if (isSelected(object)) items.push(object);
  }
  const rv = token?.rv ?? store.version;
  const left = rest.length - seen;
  const selects = query.has('labelSelector') || query.has('fieldSelector');
  const more =
    left === 0
      ? {}
      : { continue: writeToken(rv, keyIn(rest[seen - 1])), ...(selects ? {} : { remainingItemCount: left }) };
  return {
    kind: `${kind.kind}List`,
    apiVersion: groupVersion(kind),
    metadata: { resourceVersion: String(rv), ...more },
    // As the real one does it: items of typed lists don't say what they are.
    items: kind.isCustom === true ? items : items.map(withoutType),
  };
}

function tokenIn(store: ObjectStore, query: URLSearchParams): Token | undefined {
  const text = query.get('continue') ?? '';
  if (text === '') return undefined;
  let token: Token;
  try {
    token = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Token;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw badRequest('continue key is not valid');
  }
  if (token.v !== 'winnow.test/v1') throw badRequest('continue key is not valid');
  if (token.rv < store.compactedTo)
    throw new Refusal(410, 'Expired', EXPIRED, { metadata: { continue: writeToken(store.version, token.start) } });
  return token;
}

function writeToken(rv: number, start: string): string {
  const token: Token = { v: 'winnow.test/v1', rv, start };
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

const keyIn = (object: ApiObject | undefined) => keyOf(object?.metadata?.namespace, object?.metadata?.name ?? '');

export const isIn = (namespace: string | undefined, object: ApiObject) =>
  namespace === undefined || object.metadata?.namespace === namespace;

function withoutType({ apiVersion, kind, ...rest }: ApiObject): ApiObject {
  return rest;
}
