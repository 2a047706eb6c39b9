import { type Answer, json, text } from './answer.ts';
import { deleteBlob, getBlob } from './blobs.ts';
import { getCatalog, getTags } from './catalog.ts';
import type { Exchange, Handler, Registry } from './exchange.ts';
import { deleteManifest, getManifest, putManifest } from './manifests.ts';
import { getReferrers } from './referrers.ts';
import type { Route } from './routes.ts';
import { cancelUpload, continueUpload, finishUpload, getUpload, startUpload } from './uploads.ts';

type Methods<Place> = Readonly<Record<string, Handler<Place>>>;
type Table = { readonly [At in Route['at']]: Methods<Extract<Route, { at: At }>> };

const getBase: Handler<unknown> = async () => json(200, {});

/** What each place answers to. HEAD is GET without the body. */
const reading: Table = {
  base: { GET: getBase },
  catalog: { GET: getCatalog },
  tags: { GET: getTags },
  manifest: { GET: getManifest, HEAD: getManifest },
  blob: { GET: getBlob, HEAD: getBlob },
  uploads: {},
  upload: { GET: getUpload, HEAD: getUpload },
  referrers: { GET: getReferrers },
};

const writing: Table = {
  ...reading,
  manifest: { ...reading.manifest, PUT: putManifest, DELETE: deleteManifest },
  blob: { ...reading.blob, DELETE: deleteBlob },
  uploads: { POST: startUpload },
  upload: { ...reading.upload, PATCH: continueUpload, PUT: finishUpload, DELETE: cancelUpload },
};

/**
 * Answers a request at a place. As in Distribution, a method that a place doesn't have is a 405 in plain text with `Allow`,
 * OPTIONS answers `Allow` alone, and read-only mode takes the writing methods away.
 */
export async function dispatch(registry: Registry, route: Route | undefined, exchange: Exchange): Promise<Answer> {
  if (route === undefined || (route.at === 'referrers' && !registry.abilities.referrers))
    return text(404, '404 page not found');
  const table = registry.abilities.readOnly ? reading : writing;
  // Handler and place come from the same row, which the compiler can't see through a union.
  const methods = table[route.at] as Methods<Route>;
  const allow = Object.keys(methods).sort().join(', ');
  const method = exchange.request.method ?? '';
  if (method === 'OPTIONS') return { status: 200, headers: { Allow: allow } };
  const handler = Object.hasOwn(methods, method) ? methods[method] : undefined;
  return handler === undefined ? text(405, 'Method not allowed', { Allow: allow }) : handler(registry, route, exchange);
}
