import { writeFileSync } from 'node:fs';
import {
  type PushedManifest,
  pushCosignSignature,
  pushImage,
  pushIndex,
  pushReferrer,
  pushTag,
  type Target,
} from './push-image.ts';

/** A row of the record database; `tag` or `digest` says what it owns. */
export interface CompanyRecord {
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
  readonly status: 'archived' | 'running';
}

/**
 * What must become of a tag. `goes`; `goes-alone`: its record is inactive, but something that stays needs its manifest, so that only
 * a server that deletes by tag can let it go; else the reason for which it stays.
 */
export type Fate =
  | 'goes'
  | 'goes-alone'
  | 'active-record'
  | 'no-record'
  | 'referenced'
  | 'protected-repository'
  | 'unknown-repository';

export interface Company {
  readonly records: readonly CompanyRecord[];
  /** `repository:tag` → what must become of it. Written down by hand: no rule of Winnow's is used. */
  readonly fates: ReadonlyMap<string, Fate>;
}

/** The classes that {@link pushCompany} is made for. */
export const companyClasses = ['--transient', 'team/*', '--protected', 'limepoint/*'];

/**
 * Pushes the images on which cleaners come to grief: ten tags on one digest, indexes that share a child, nested indexes, signatures,
 * referrers, a referrer with a tag of its own, records that name digests.
 */
export async function pushCompany(target: Target): Promise<Company> {
  const story = createStory();
  await pushSiblings(target, story);
  await pushIndexes(target, story);
  await pushSigned(target, story);
  await pushOthers(target, story);
  return story;
}

interface Story extends Company {
  /** A tag whose record says this; its fate where that does not follow. */
  says(repository: string, tag: string, status: CompanyRecord['status'], fate?: Fate): void;
  /** A tag without a record. */
  silent(repository: string, tag: string, fate: Fate): void;
  readonly records: CompanyRecord[];
}

function createStory(): Story {
  const records: CompanyRecord[] = [];
  const fates = new Map<string, Fate>();
  return {
    records,
    fates,
    says: (repository, tag, status, fate = status === 'archived' ? 'goes' : 'active-record') => {
      records.push({ repository, tag, status });
      fates.set(`${repository}:${tag}`, fate);
    },
    silent: (repository, tag, fate) => void fates.set(`${repository}:${tag}`, fate),
  };
}

/** Ten tags on one digest, thrice: three in use · all done with · one of which nobody knows anything. */
async function pushSiblings(target: Target, story: Story): Promise<void> {
  const repository = 'team/siblings';
  for (const family of ['a', 'b', 'c']) {
    const image = await pushImage(target, repository, { label: family, layers: ['common', `only ${family}`] });
    for (let n = 0; n < 10; n += 1) {
      const tag = `${family}${n}`;
      await pushTag(target, repository, tag, image);
      if (family === 'c' && n === 9) story.silent(repository, tag, 'no-record');
      else if (family === 'a' && n > 6) story.says(repository, tag, 'running');
      else story.says(repository, tag, 'archived', family === 'b' ? 'goes' : 'goes-alone');
    }
  }
}

async function pushIndexes(target: Target, story: Story): Promise<void> {
  const repository = 'team/indexes';
  const image = (label: string, docker = false) =>
    pushImage(target, repository, { label, layers: ['common', label], docker });
  const shared = await image('shared');
  await pushIndex(target, repository, [await image('amd64 of old'), shared], { tag: 'old' });
  await pushIndex(target, repository, [shared, await image('arm64 of new')], { tag: 'new' });
  await pushTag(target, repository, 'leaf', shared);
  story.says(repository, 'old', 'archived');
  story.says(repository, 'new', 'running');
  story.says(repository, 'leaf', 'archived', 'goes-alone');

  const deep = await image('deep');
  const inner = async (label: string) => pushIndex(target, repository, [deep, await image(label)]);
  await pushIndex(target, repository, [await inner('deep old'), await image('beside old')], { tag: 'nested-old' });
  await pushIndex(target, repository, [await inner('deep new'), await image('beside new')], { tag: 'nested-new' });
  story.says(repository, 'nested-old', 'archived');
  story.says(repository, 'nested-new', 'running');

  for (const age of ['old', 'new']) {
    const children = [await image(`docker ${age}`, true), await image('docker shared', true)];
    await pushIndex(target, repository, children, { tag: `docker-${age}`, docker: true });
    story.says(repository, `docker-${age}`, age === 'old' ? 'archived' : 'running');
  }
}

/** Signatures, attestations and SBOMs go and stay with what they belong to, in each of the three ways of attaching them. */
async function pushSigned(target: Target, story: Story): Promise<void> {
  const repository = 'team/signed';
  for (const age of ['old', 'new'] as const) {
    const [status, fate] = age === 'old' ? (['archived', 'goes'] as const) : (['running', 'referenced'] as const);
    const image = await pushImage(target, repository, { tag: `image-${age}`, label: age, layers: ['common', age] });
    const child = await pushImage(target, repository, { label: `child ${age}` });
    const index = await pushIndex(target, repository, [child], { tag: `index-${age}` });
    story.says(repository, `image-${age}`, status);
    story.says(repository, `index-${age}`, status);
    for (const suffix of ['sig', 'att', 'sbom'] as const) await sign(image, suffix);
    await sign(child, 'sig');
    for (const subject of [image, index]) {
      const sbom = await pushReferrer(target, repository, subject, { fallbackTag: true, content: `sbom ${age}` });
      await pushReferrer(target, repository, sbom, { fallbackTag: true, content: `signature ${age}` });
      for (const { digest } of [subject, sbom]) story.silent(repository, digest.replace(':', '-'), fate);
    }

    async function sign(signed: PushedManifest, suffix: 'sig' | 'att' | 'sbom'): Promise<void> {
      story.silent(repository, (await pushCosignSignature(target, repository, signed, suffix)).tag, fate);
    }
  }
  const gone = await pushImage(target, repository, { tag: 'gone', label: 'gone' });
  const kept = await pushReferrer(target, repository, gone, { content: 'an SBOM with a tag of its own' });
  await pushTag(target, repository, 'sbom', kept);
  story.says(repository, 'gone', 'archived');
  story.silent(repository, 'sbom', 'no-record');
}

async function pushOthers(target: Target, story: Story): Promise<void> {
  const repository = 'team/others';
  await pushImage(target, repository, { tag: 'unheard-of', label: 'unheard-of' });
  story.silent(repository, 'unheard-of', 'no-record');
  for (const status of ['archived', 'running'] as const) {
    const { digest } = await pushImage(target, repository, { tag: `${status}-by-digest`, label: status });
    story.records.push({ repository, digest, status });
    story.silent(repository, `${status}-by-digest`, status === 'archived' ? 'goes' : 'active-record');
  }
  await pushImage(target, 'limepoint/seed', { tag: 'v1', label: 'seed' });
  story.says('limepoint/seed', 'v1', 'archived', 'protected-repository');
  await pushImage(target, 'elsewhere/app', { tag: 'v1', label: 'elsewhere' });
  story.says('elsewhere/app', 'v1', 'archived', 'unknown-repository');
}

/** SQL that fills a table `changes` with records. */
export function recordsSql(records: readonly CompanyRecord[]): string {
  const quoted = (text: string | undefined) => (text === undefined ? 'null' : `'${text.replaceAll("'", "''")}'`);
  const rows = records.map(
    ({ repository, tag, digest, status }, n) =>
      `('chg-${n + 1}', ${[repository, tag, digest, status].map(quoted).join(', ')})`,
  );
  return `create table changes (id text primary key, repository text, tag text, digest text, status text);
    insert into changes values ${rows.join(',\n')}`;
}

/** Writes the records as CSV. An empty cell is no value. */
export function recordsCsv(records: readonly CompanyRecord[], file: string): void {
  const lines = records.map(
    ({ repository, tag = '', digest = '', status }, n) => `chg-${n + 1},${repository},${tag},${digest},${status}`,
  );
  writeFileSync(file, `${['id,repository,tag,digest,status', ...lines].join('\n')}\n`);
}

export const recordsQuery = 'SELECT id, repository, tag, digest, status FROM changes';

/** The tags that must be gone after a run, sorted. @param byTag - the server deletes by tag, or tags are overwritten */
export function goingTags({ fates }: Company, byTag: boolean): readonly string[] {
  return [...fates]
    .filter(([, fate]) => fate === 'goes' || (byTag && fate === 'goes-alone'))
    .map(([reference]) => reference)
    .sort();
}

/** Reference → reason, of all tags that must stay. */
export function keptReasons({ fates }: Company, byTag: boolean): Readonly<Record<string, string>> {
  const going = new Set(goingTags({ fates, records: [] }, byTag));
  return Object.fromEntries(
    [...fates]
      .filter(([reference]) => !going.has(reference))
      .map(([reference, fate]) => [reference, fate === 'goes-alone' ? 'shares-digest' : fate]),
  );
}
