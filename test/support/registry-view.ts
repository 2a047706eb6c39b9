import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Agent, type Dispatcher, request } from 'undici';
import { digestOf } from './push-image.ts';

/*
 * What a registry holds, seen by a second pair of eyes: nothing of Winnow's own client is used here, so that a mistake there
 * can't hide itself.
 */

/** `repository:tag` → digest. */
export type Tags = ReadonlyMap<string, string>;

const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** All tags of all repositories of the catalog with the digests that they stand for; `nothing` for one that is listed and not found. */
export async function readTags(url: string, repositories?: readonly string[]): Promise<Tags> {
  const eyes = open(url);
  try {
    const names = repositories ?? (await eyes.list('/v2/_catalog?n=1000', 'repositories'));
    const tags: [string, string][] = [];
    await inParallel(names, async (name) => {
      for (const tag of await eyes.list(`/v2/${name}/tags/list?n=1000`, 'tags')) {
        const { status, headers } = await eyes.ask('HEAD', `/v2/${name}/manifests/${tag}`);
        if (status !== 200 && status !== 404) throw new Error(`HEAD ${name}:${tag} on ${url}: ${status}`);
        tags.push([`${name}:${tag}`, status === 404 ? 'nothing' : String(headers['docker-content-digest'])]);
      }
    });
    return new Map(tags.sort(([a], [b]) => (a < b ? -1 : 1)));
  } finally {
    await eyes.close();
  }
}

/**
 * What is missing or wrong in images, from the manifest over its children down to configs and layers, each with the size that its
 * descriptor promises. Empty when all are whole.
 *
 * @param references - `repository:tag` or `repository@sha256:…`
 */
export async function brokenParts(url: string, references: Iterable<string>): Promise<readonly string[]> {
  const eyes = open(url);
  const broken: string[] = [];
  const seen = new Set<string>();

  async function manifest(repository: string, reference: string, way: string): Promise<void> {
    if (reference.includes(':') && !isFirst(`${repository}@${reference}`)) return;
    const { status, body } = await eyes.ask('GET', `/v2/${repository}/manifests/${reference}`);
    if (status !== 200) return void broken.push(`${way}: ${status}`);
    if (reference.includes(':') && digestOf(body) !== reference)
      broken.push(`${way}: its bytes are of ${digestOf(body)}`);
    const parsed = JSON.parse(body.toString('utf8')) as Manifest;
    for (const child of parsed.manifests ?? []) await manifest(repository, child.digest, `${way} → ${child.digest}`);
    for (const part of [...(parsed.config === undefined ? [] : [parsed.config]), ...(parsed.layers ?? [])])
      await blob(repository, part, `${way} → ${part.digest}`);
  }

  async function blob(repository: string, { digest, size }: Part, way: string): Promise<void> {
    if (!isFirst(`${repository}@${digest}`)) return;
    const { status, headers } = await eyes.ask('HEAD', `/v2/${repository}/blobs/${digest}`);
    if (status !== 200) broken.push(`${way}: ${status}`);
    else if (Number(headers['content-length']) !== size)
      broken.push(`${way}: ${headers['content-length']} bytes instead of ${size}`);
  }

  function isFirst(key: string): boolean {
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  }

  try {
    await inParallel([...references], async (text) => {
      const at = text.includes('@') ? text.indexOf('@') : text.lastIndexOf(':');
      await manifest(text.slice(0, at), text.slice(at + 1), text);
    });
    return broken.sort();
  } finally {
    await eyes.close();
  }
}

/** One hash over all names and contents below a folder: the same means that nothing at all was written. */
export function hashFolder(folder: string): string {
  const hash = createHash('sha256');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files)
    hash
      .update(`${relative(folder, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.digest('hex');
}

interface Part {
  readonly digest: string;
  readonly size: number;
}

interface Manifest {
  readonly manifests?: readonly Part[];
  readonly config?: Part;
  readonly layers?: readonly Part[];
}

function open(url: string) {
  const dispatcher = new Agent({ connections: 8, pipelining: 1 });
  async function ask(method: Dispatcher.HttpMethod, path: string) {
    const answer = await request(new URL(path, url), { method, dispatcher, headers: { accept: ACCEPT } });
    const body = Buffer.from(await answer.body.arrayBuffer());
    return { status: answer.statusCode, headers: answer.headers, body };
  }
  return {
    ask,
    list: async (path: string, field: 'repositories' | 'tags'): Promise<readonly string[]> => {
      const all: string[] = [];
      for (let next: string | undefined = path; next !== undefined; ) {
        const { status, headers, body } = await ask('GET', next);
        if (status === 404) return all;
        if (status !== 200) throw new Error(`GET ${next} on ${url}: ${status} ${body}`);
        all.push(...((JSON.parse(body.toString('utf8')) as Record<string, string[] | null>)[field] ?? []));
        next = /<([^>]+)>/.exec(String(headers['link'] ?? ''))?.[1];
      }
      return all;
    },
    close: () => dispatcher.close(),
  };
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}
