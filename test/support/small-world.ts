import { cpSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RegistryServer, startRegistryServer } from '../../src/demo/registry-server/start-registry-server.ts';
import { atEnd } from './at-end.ts';
import { pushCosignSignature, pushImage, pushIndex, pushManifest, pushReferrer, pushTag } from './push-image.ts';
import { brokenParts, readTags } from './registry-view.ts';
import { makeTempFolder } from './temp-folder.ts';

export type Status = 'archived' | 'running';

/** `repository:tag` → what its record says. */
export type Rows = Readonly<Record<string, Status>>;

/**
 * A registry that is small enough to be copied for each test: siblings on one digest, an index with children, a nested index, signatures,
 * untagged referrers, and a tag that shares its digest with one that is kept.
 */
export const smallWorldRows: Rows = {
  'team/app:step-1': 'archived',
  'team/app:step-2': 'archived',
  'team/app:step-3': 'running',
  'team/app:step-4': 'running',
  'team/app:sibling-1': 'archived',
  'team/app:sibling-2': 'archived',
  'team/app:sibling-3': 'archived',
  'team/app:shared-old': 'archived',
  'team/app:shared-new': 'running',
  'team/signed:old': 'archived',
  'team/signed:new': 'running',
  'team/multi:old': 'archived',
  'team/multi:new': 'running',
  'team/multi:nested-old': 'archived',
  'team/multi:nested-new': 'running',
};

/** The option that says that all of it is for the records to decide. */
export const smallWorldClasses: readonly string[] = ['--transient', 'team/*'];

let template: Promise<string> | undefined;

/** A registry's folder with the small world in it, a fresh one each time. */
export async function smallWorldFolder(): Promise<string> {
  template ??= makeTemplate();
  const folder = makeTempFolder('small-world');
  cpSync(await template, folder, { recursive: true });
  return folder;
}

async function makeTemplate(): Promise<string> {
  const folder = makeTempFolder('template');
  const { url, close } = await startRegistryServer({ folder });
  try {
    await pushApp(url);
    await pushSigned(url);
    await pushMulti(url);
  } finally {
    await close();
  }
  return folder;
}

async function pushApp(url: string): Promise<void> {
  const repository = 'team/app';
  for (let n = 1; n <= 4; n += 1)
    await pushImage(url, repository, { tag: `step-${n}`, label: `step ${n}`, layers: ['common', `own ${n}`] });
  const sibling = await pushImage(url, repository, { label: 'sibling' });
  for (let n = 1; n <= 3; n += 1) await pushTag(url, repository, `sibling-${n}`, sibling);
  const shared = await pushImage(url, repository, { label: 'shared' });
  for (const age of ['old', 'new']) await pushTag(url, repository, `shared-${age}`, shared);
}

async function pushSigned(url: string): Promise<void> {
  const repository = 'team/signed';
  for (const tag of ['old', 'new']) {
    const image = await pushImage(url, repository, { tag, label: tag });
    await pushCosignSignature(url, repository, image);
    await pushReferrer(url, repository, image, { content: `the SBOM of ${tag}` });
  }
}

async function pushMulti(url: string): Promise<void> {
  const repository = 'team/multi';
  const image = (label: string) => pushImage(url, repository, { label, layers: ['common', label] });
  const [own, shared, fresh, deep] = [
    await image('own'),
    await image('shared'),
    await image('fresh'),
    await image('deep'),
  ];
  await pushIndex(url, repository, [own, shared], { tag: 'old' });
  await pushIndex(url, repository, [shared, fresh], { tag: 'new' });
  const inner = await pushIndex(url, repository, [deep, await image('deep old')]);
  await pushIndex(url, repository, [inner, await image('beside old')], { tag: 'nested-old' });
  await pushIndex(url, repository, [await pushIndex(url, repository, [deep, fresh])], { tag: 'nested-new' });
}

/** Serves a folder until the test file ends. */
export async function serveFolder(
  folder: string,
  options: { readonly deleteByTag?: boolean } = {},
): Promise<RegistryServer> {
  const server = await startRegistryServer({ folder, ...options });
  atEnd(() => server.close());
  return server;
}

/** A CSV file with a row a tag. @returns its path */
export function writeRows(rows: Rows, file: string = join(makeTempFolder('records'), 'records.csv')): string {
  const lines = Object.entries(rows).map(([reference, status], n) => {
    const [repository, tag] = reference.split(':');
    return `chg-${n + 1},${repository},${tag},${status}\n`;
  });
  writeFileSync(file, `id,repository,tag,status\n${lines.join('')}`);
  return file;
}

/** All that a registry holds, in lines that sort: `repository:tag digest` and `repository@digest`. */
export async function holdings(url: string, folder: string): Promise<readonly string[]> {
  const tags = [...(await readTags(url))].map(([reference, digest]) => `${reference} ${digest}`);
  return [...tags, ...manifests(folder)].sort();
}

/** The manifests of all repositories, tagged or not, as they lie on disk. */
function manifests(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => /repositories\/(.+)\/_manifests\/revisions\/sha256\/([0-9a-f]{64})\/link$/.exec(path))
    .filter((found) => found !== null)
    .map(([, repository, hex]) => `${repository}@sha256:${hex}`);
}

/** What is wrong with the images that active records own: nothing, unless a kept image was hurt. */
export async function hurtImages(url: string, rows: Rows): Promise<readonly string[]> {
  return await brokenParts(
    url,
    Object.keys(rows).filter((reference) => rows[reference] === 'running'),
  );
}

/** For worlds that are changed by hand: points a tag at what another tag stands for. */
export async function copyTag(url: string, repository: string, from: string, to: string): Promise<void> {
  const response = await fetch(`${url}/v2/${repository}/manifests/${from}`, { headers: { accept: '*/*' } });
  if (!response.ok) throw new Error(`reading ${repository}:${from}: ${response.status}`);
  await pushManifest(url, repository, new Uint8Array(await response.arrayBuffer()), to);
}

/** Frees the disk before the test file ends: there are many copies. */
export function discard(...folders: readonly string[]): void {
  for (const folder of folders) if (existsSync(folder)) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
