import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoriesPath, tagsPath } from '../../oci/distribution-layout.ts';
import { type Answer, json } from './answer.ts';
import type { Exchange, Handler, InRepository } from './exchange.ts';
import { ifAbsent } from './link-file.ts';
import { Refusal } from './refusal.ts';

/** Distribution's: a catalog is cut into pages even when nobody asks for it. */
const CATALOG_PAGE = 100;
const MOST_PER_PAGE = 1000;

/** `GET /v2/_catalog?n=&last=`, in the order of a walk over the folders, as Distribution lists it. */
export const getCatalog: Handler<unknown> = async ({ root }, _, { query }) => {
  const names: string[] = [];
  await collect(repositoriesPath(root), '', names);
  const { items, link } = page(names, inWalkOrder, query, '/v2/_catalog', CATALOG_PAGE);
  return json(200, { repositories: items }, link);
};

/** `GET /v2/<name>/tags/list?n=&last=`, in byte order. */
export const getTags: Handler<InRepository> = async ({ root }, { repository }, { query }): Promise<Answer> => {
  const tags = await readdir(tagsPath(root, repository)).catch(ifAbsent(undefined));
  if (tags === undefined)
    throw new Refusal(404, {
      code: 'NAME_UNKNOWN',
      message: 'repository name not known to registry',
      detail: { name: repository },
    });
  const { items, link } = page(tags.sort(inByteOrder), inByteOrder, query, `/v2/${repository}/tags/list`, tags.length);
  return json(200, { name: repository, tags: items }, link);
};

/** A repository is a folder with `_manifests` in it; one may lie in another. */
async function collect(folder: string, name: string, names: string[]): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(ifAbsent([]));
  const inner = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  if (name !== '' && inner.includes('_manifests')) names.push(name);
  for (const child of inner.filter((one) => !one.startsWith('_')).sort(inByteOrder))
    await collect(join(folder, child), name === '' ? child : `${name}/${child}`, names);
}

type Order = (a: string, b: string) => number;

const inByteOrder: Order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** `a`, `a/b`, `a-b`: what lies in a folder comes before the folder's next neighbour. */
const inWalkOrder: Order = (a, b) => inByteOrder(a.replaceAll('/', '\0'), b.replaceAll('/', '\0'));

interface Page {
  readonly items: readonly string[];
  readonly link: Readonly<Record<string, string>>;
}

/** `last` need not be an item: the page begins after where it would stand. */
function page(all: readonly string[], order: Order, query: Exchange['query'], path: string, otherwise: number): Page {
  const asked = query.get('n');
  const n =
    asked === null || asked === ''
      ? otherwise
      : /^\d+$/.test(asked)
        ? Math.min(Number(asked), MOST_PER_PAGE)
        : undefined;
  if (n === undefined)
    throw new Refusal(400, {
      code: 'PAGINATION_NUMBER_INVALID',
      message: 'invalid number of results requested',
      detail: { n: asked },
    });
  const last = query.get('last') ?? '';
  const rest = last === '' ? all : all.filter((item) => order(item, last) > 0);
  const items = rest.slice(0, n);
  const end = items.at(-1);
  if (end === undefined || items.length === rest.length) return { items, link: {} };
  const next = new URLSearchParams({ last: end, n: String(n) });
  return { items, link: { Link: `<${path}?${next}>; rel="next"` } };
}
