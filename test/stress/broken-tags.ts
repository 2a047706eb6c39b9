import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../support/push-image.ts';
import { type Client, openClient } from './client.ts';
import { type Content, MANIFEST } from './image.ts';

/*
 * Nothing of Winnow's own reading is used here, so that a mistake there can't hide itself.
 */

/** What is wrong with the images behind all tags, by GET of every byte. The server must be one that remembers nothing. */
export async function brokenOverHttp(url: string, repositories: readonly string[]): Promise<BrokenTags> {
  const client = openClient([url]);
  const found = new Findings();
  try {
    for (const repository of repositories) {
      const listed = await client.ask('GET', `/v2/${repository}/tags/list`);
      if (listed.status === 404) continue;
      for (const tag of (JSON.parse(String(listed.body)) as { tags: string[] | null }).tags ?? []) {
        const { status, body } = await client.ask('GET', `/v2/${repository}/manifests/${tag}`, undefined, {
          accept: MANIFEST,
        });
        found.look(`${repository}:${tag}`, status === 200 && body !== undefined, `its manifest: ${status}`);
        if (status !== 200 || body === undefined) continue;
        for (const digest of partsIn(body)) {
          const part = await client.ask('GET', `/v2/${repository}/blobs/${digest}`);
          const isWhole = part.status === 200 && part.body !== undefined && digestOf(part.body) === digest;
          found.look(`${repository}:${tag}`, isWhole, `${digest}: ${part.status}`);
        }
      }
    }
    return found;
  } finally {
    await client.close();
  }
}

/** The same, seen from below: every tag's link, revision, data, and the layer links of all parts. */
export function brokenOnDisk(folder: string, repositories: readonly string[]): BrokenTags {
  const root = join(folder, 'docker/registry/v2');
  const found = new Findings();
  for (const repository of repositories) {
    const own = join(root, 'repositories', repository);
    const tags = join(own, '_manifests/tags');
    for (const tag of existsSync(tags) ? readdirSync(tags) : []) {
      const name = `${repository}:${tag}`;
      const manifest = textOf(join(tags, tag, 'current/link'));
      found.look(name, textOf(join(own, '_manifests/revisions', inPath(manifest), 'link')) === manifest, 'no revision');
      const data = dataOf(root, manifest);
      found.look(name, data !== undefined, 'its manifest has no data');
      for (const digest of data === undefined ? [] : partsIn(data)) {
        found.look(name, dataOf(root, digest) !== undefined, `${digest}: no data`);
        found.look(name, textOf(join(own, '_layers', inPath(digest), 'link')) === digest, `${digest}: no link`);
      }
    }
  }
  return found;
}

/** Blobs that a server says it has, and has not: a push that believed it would be broken. */
export async function brokenPromises(
  client: Client,
  repositories: readonly string[],
  blobs: readonly Content[],
): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const repository of repositories)
    for (const { digest } of blobs) {
      const path = `/v2/${repository}/blobs/${digest}`;
      if ((await client.ask('HEAD', path)).status !== 200) continue;
      const { status, body } = await client.ask('GET', path);
      if (status !== 200 || body === undefined || digestOf(body) !== digest) broken.push(path);
    }
  return broken;
}

export interface BrokenTags {
  /** Tags that were looked at. */
  readonly tags: number;
  /** `repository:tag: what`. */
  readonly broken: readonly string[];
}

class Findings implements BrokenTags {
  readonly #tags = new Set<string>();
  readonly broken: string[] = [];

  get tags(): number {
    return this.#tags.size;
  }

  look(tag: string, isWell: boolean, otherwise: string): void {
    this.#tags.add(tag);
    if (!isWell) this.broken.push(`${tag}: ${otherwise}`);
  }
}

function partsIn(manifest: Buffer): readonly string[] {
  const { config, layers } = JSON.parse(manifest.toString('utf8')) as Record<'config', { digest: string }> &
    Record<'layers', readonly { digest: string }[]>;
  return [config, ...layers].map(({ digest }) => digest);
}

function dataOf(root: string, digest: string): Buffer | undefined {
  const hex = digest.replace('sha256:', '');
  const path = join(root, 'blobs/sha256', hex.slice(0, 2), hex, 'data');
  if (!existsSync(path)) return undefined;
  const bytes = readFileSync(path);
  return digestOf(bytes) === digest ? bytes : undefined;
}

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function inPath(digest: string): string {
  return digest.replace(':', '/');
}
