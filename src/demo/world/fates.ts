import type { Digest } from '../../oci/digest.ts';
import { parseReferrerTag } from '../../oci/referrer-tag.ts';
import { recordStatuses, type World, type WorldRecord, type WorldRepository, type WorldTag } from './world.ts';

/** What becomes of a tag in a reconciliation, and why. The reasons are the policy's own words, where it has one. */
export interface TagFate {
  readonly repository: string;
  readonly tag: string;
  readonly digest: Digest;
  readonly fate: 'goes' | 'stays';
  readonly because: FateReason;
  /** It goes, but what it stands for stays: on a registry that deletes by digest only, the tag has to stay, too. */
  readonly onlyByTag: boolean;
}

export type FateReason =
  | 'active-record'
  | 'follows-subject'
  | 'inactive-record'
  | 'no-record'
  | 'protected-repository'
  | 'retained'
  | 'unknown-repository'
  | 'unknown-status';

/** An untagged manifest that names a subject: it shares the subject's fate. */
export interface ReferrerFate {
  readonly repository: string;
  readonly digest: Digest;
  readonly subject: Digest;
  readonly fate: 'goes' | 'stays';
}

export interface Fates {
  readonly tags: readonly TagFate[];
  readonly referrers: readonly ReferrerFate[];
}

/**
 * The truth about a world, worked out from how it was made and not by the means that it is there to test. It supposes the policy
 * that the classes of the repositories tell: transient tags go with their records and stay without one, retained, protected and
 * unknown repositories stay whole.
 */
export function judge(world: World): Fates {
  const records = byTag(world.records);
  const tags: TagFate[] = [];
  const referrers: ReferrerFate[] = [];
  for (const repository of world.repositories) {
    const own = repository.tags.filter(({ name }) => parseReferrerTag(name) === undefined);
    const verdicts = new Map(own.map((tag) => [tag, judgeTag(repository, tag, records)]));
    const kept = reach(
      repository,
      own.filter((tag) => verdicts.get(tag)?.fate !== 'goes').map(({ digest }) => digest),
    );
    for (const tag of repository.tags) {
      const verdict = verdicts.get(tag) ?? judgeReferrerTag(repository, tag, kept);
      const onlyByTag = verdict.fate === 'goes' && kept.has(tag.digest);
      tags.push({ repository: repository.name, tag: tag.name, digest: tag.digest, ...verdict, onlyByTag });
    }
    for (const { digest, subject } of repository.manifests) {
      if (subject === undefined) continue;
      referrers.push({ repository: repository.name, digest, subject, fate: kept.has(subject) ? 'stays' : 'goes' });
    }
  }
  return { tags, referrers };
}

type Verdict = Pick<TagFate, 'fate' | 'because'>;

const lasting: Readonly<Partial<Record<WorldRepository['class'], FateReason>>> = {
  protected: 'protected-repository',
  retained: 'retained',
  unknown: 'unknown-repository',
};

function judgeTag(
  repository: WorldRepository,
  tag: WorldTag,
  records: ReadonlyMap<string, readonly WorldRecord[]>,
): Verdict {
  const whole = lasting[repository.class];
  if (whole !== undefined) return { fate: 'stays', because: whole };
  const statuses = (records.get(`${repository.name}:${tag.name}`) ?? []).map(({ status }) => status);
  const active: readonly string[] = recordStatuses.active;
  const inactive: readonly string[] = recordStatuses.inactive;
  if (statuses.some((status) => active.includes(status))) return { fate: 'stays', because: 'active-record' };
  if (statuses.some((status) => !inactive.includes(status))) return { fate: 'stays', because: 'unknown-status' };
  return statuses.length === 0 ? { fate: 'stays', because: 'no-record' } : { fate: 'goes', because: 'inactive-record' };
}

function judgeReferrerTag(repository: WorldRepository, tag: WorldTag, kept: ReadonlySet<Digest>): Verdict {
  const whole = lasting[repository.class];
  if (whole !== undefined) return { fate: 'stays', because: whole };
  const subject = parseReferrerTag(tag.name)?.subject;
  return { fate: subject !== undefined && kept.has(subject) ? 'stays' : 'goes', because: 'follows-subject' };
}

/** Digests of manifests and of all that they name as children. */
function reach(repository: WorldRepository, from: readonly Digest[]): ReadonlySet<Digest> {
  const children = new Map(repository.manifests.map((manifest) => [manifest.digest, manifest.children]));
  const reached = new Set<Digest>();
  const queue = [...from];
  for (let digest = queue.pop(); digest !== undefined; digest = queue.pop()) {
    if (reached.has(digest)) continue;
    reached.add(digest);
    queue.push(...(children.get(digest) ?? []));
  }
  return reached;
}

function byTag(records: readonly WorldRecord[]): ReadonlyMap<string, readonly WorldRecord[]> {
  const found = new Map<string, WorldRecord[]>();
  for (const record of records) {
    const name = `${record.repository}:${record.tag}`;
    found.set(name, [...(found.get(name) ?? []), record]);
  }
  return found;
}
