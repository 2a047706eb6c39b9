import { type ResourceId, repositoryIn } from '../../evidence/resource.ts';
import { parseReferrerTag } from '../../oci/referrer-tag.ts';
import { formatDuration } from '../../util/pure/duration.ts';
import type { ClassLookup, RetainedClass } from '../repository-class.ts';
import { manifestOf, type Rule, type Ruling, recordWords, tagsOf, type View } from '../view.ts';

/** A tag of a retained repository goes when none of its class's rules keeps it. A class without a rule keeps all. */
export function retainedTag(classOf: ClassLookup): Rule {
  return (view) => {
    const recordOf = recordWords(view);
    const rankOf = ranks(view);
    const { resources } = view.evidence;
    return (tag) => {
      if (resources.kind(tag) !== 'tag') return undefined;
      const found = classOf(repositoryIn(resources.scope(tag)));
      if (found?.kind !== 'retained' || parseReferrerTag(resources.key(tag)) !== undefined) return undefined;
      const record = recordOf(tag);
      if (record.status === 'active') return { code: 'active-record', because: record.by };
      if (found.onlyWhenRecordInactive && record.status !== 'inactive')
        return { code: 'retained', because: `no record says that it is done with (class ${found.name})` };
      return young(view, found, tag) ?? newest(found, rankOf(tag)) ?? outlived(found, record.by);
    };
  };
}

function young(view: View, found: RetainedClass, tag: ResourceId): Ruling {
  if (found.keepYoungerThanMs === undefined) return undefined;
  const madeAtMs = timeOf(view, tag);
  if (madeAtMs === undefined) return { code: 'age-unknown', because: 'nothing tells when it was made or pushed' };
  const ageMs = view.nowMs - madeAtMs;
  return ageMs < found.keepYoungerThanMs
    ? {
        code: 'keep-younger-than',
        because: `it is ${formatDuration(ageMs)} old, less than ${formatDuration(found.keepYoungerThanMs)}`,
      }
    : undefined;
}

function newest(found: RetainedClass, rank: number | undefined): Ruling {
  if (found.keepNewest === undefined) return undefined;
  if (rank === undefined) return { code: 'age-unknown', because: 'nothing tells when it was made or pushed' };
  return rank <= found.keepNewest
    ? { code: 'keep-newest', because: `number ${rank} of the newest ${found.keepNewest} in its repository` }
    : undefined;
}

function outlived(found: RetainedClass, record: string): Ruling {
  const rules = [
    found.keepYoungerThanMs === undefined ? '' : `older than ${formatDuration(found.keepYoungerThanMs)}`,
    found.keepNewest === undefined ? '' : `not among the newest ${found.keepNewest}`,
    found.onlyWhenRecordInactive ? record : '',
  ].filter((rule) => rule !== '');
  return rules.length === 0
    ? { code: 'retained', because: `class ${found.name} has no rule that lets a tag go` }
    : { code: 'expired', because: rules.join(', ') };
}

/** When it was pushed, where the registry tells; else when the image says it was made; dates before 2000 are placeholders of reproducible builds. */
function timeOf(view: View, tag: ResourceId): number | undefined {
  const manifest = manifestOf(view, tag);
  const about = [view.evidence.about(tag), ...(manifest === undefined ? [] : [view.evidence.about(manifest)])];
  const pushed = about.map(({ pushedAtMs }) => pushedAtMs).find((time) => time !== undefined);
  const created = about.map(({ createdAtMs }) => createdAtMs).find((time) => time !== undefined);
  return pushed ?? (created !== undefined && created > YEAR_2000_MS ? created : view.firstSeenMs(tag));
}

const YEAR_2000_MS = Date.UTC(2000, 0);

/** Rank of each tag in its repository, newest first, from 1. Tags of one digest share a rank; a tag without a time has none. */
function ranks(view: View): (tag: ResourceId) => number | undefined {
  const { resources } = view.evidence;
  const byScope = new Map<
    string,
    { readonly tag: ResourceId; readonly manifest: ResourceId | undefined; readonly time: number }[]
  >();
  for (const tag of tagsOf(view.evidence)) {
    const time = timeOf(view, tag);
    if (time === undefined || parseReferrerTag(resources.key(tag)) !== undefined) continue;
    const scope = resources.scope(tag);
    const list = byScope.get(scope) ?? [];
    list.push({ tag, manifest: manifestOf(view, tag), time });
    byScope.set(scope, list);
  }
  const rankOf = new Map<ResourceId, number>();
  for (const tags of byScope.values()) {
    tags.sort((a, b) => b.time - a.time || a.tag - b.tag);
    const seen = new Map<ResourceId | undefined, number>();
    for (const { tag, manifest } of tags) {
      const rank = seen.get(manifest) ?? seen.size + 1;
      seen.set(manifest, rank);
      rankOf.set(tag, rank);
    }
  }
  return (tag) => rankOf.get(tag);
}
