import type { ServerResponse } from 'node:http';
import { type ApiObject, Refusal, statusOf } from './api-object.ts';
import { groupVersion, type ServedKind } from './kinds.ts';
import { isIn } from './lists.ts';
import type { ObjectStore, StoreEvent } from './object-store.ts';
import { selectorOf } from './selectors.ts';

const BOOKMARK_EVERY_MS = 200;

/**
 * Tells what happens to the objects of a kind from a version on, an event a line, with bookmarks for who wants them, until its time is over
 * or the client leaves. Of a version that was compacted it tells an error event with the code 410 and ends, as the real one does.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export function watch(
  store: ObjectStore,
  kind: ServedKind,
  namespace: string | undefined,
  query: URLSearchParams,
  response: ServerResponse,
): void {
  if (query.get('sendInitialEvents') === 'true')
    throw new Refusal(
      422,
      'Invalid',
      'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled',
    );
  const isSelected = selectorOf(kind, query);
  const isMeant = (object: ApiObject | undefined) =>
    object !== undefined && isIn(namespace, object) && isSelected(object);
  const tell = (type: string, object: ApiObject) => void response.write(`${JSON.stringify({ type, object })}\n`);
  const typed = (object: ApiObject) => ({ kind: kind.kind, apiVersion: groupVersion(kind), ...object });
  const tellEvent = ({ kind: of, type, object, before }: StoreEvent) => {
    if (of !== kind) return;
    const [was, is] = [isMeant(before), isMeant(object) && type !== 'DELETED'];
    if (is) tell(was ? 'MODIFIED' : 'ADDED', typed(object));
    else if (was) tell('DELETED', typed(object));
  };

  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  const from = Number(query.get('resourceVersion') ?? 0);
  if (from > 0 && from < store.compactedTo) {
    tell('ERROR', statusOf(new Refusal(410, 'Expired', `too old resource version: ${from} (${store.compactedTo})`)));
    response.end();
    return;
  }
  if (from === 0) for (const object of store.list(kind, store.version).filter(isMeant)) tell('ADDED', typed(object));
  else for (const event of store.eventsAfter(from)) tellEvent(event);

  const bookmark = () =>
    tell('BOOKMARK', typed({ metadata: { resourceVersion: String(store.version), creationTimestamp: null } }));
  const ending = [
    store.listen(tellEvent),
    ...(query.get('allowWatchBookmarks') === 'true' ? [repeat(bookmark)] : []),
    afterSeconds(Number(query.get('timeoutSeconds') ?? 1800), () => response.end()),
  ];
  response.on('close', () => {
    for (const end of ending) end();
  });
}

function repeat(work: () => void): () => void {
  const timer = setInterval(work, BOOKMARK_EVERY_MS).unref();
  return () => clearInterval(timer);
}

function afterSeconds(seconds: number, work: () => void): () => void {
  const timer = setTimeout(work, seconds * 1000).unref();
  return () => clearTimeout(timer);
}
