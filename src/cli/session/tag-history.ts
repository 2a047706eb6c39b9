import type { Evidence } from '../../evidence/evidence.ts';
import { covers } from '../../evidence/gap.ts';
import type { ResourceId } from '../../evidence/resource.ts';
import type { Digest } from '../../oci/digest.ts';
import type { RememberedRevision, State } from '../../systems/state/contract.ts';

/** What is remembered of the tags of one registry. */
export interface TagHistories {
  /** All digests that the tags of a repository were seen on. */
  digestsOf(repository: string): Promise<readonly Digest[]>;
  /** The histories of the tags that exist; for use once these were remembered. What was asked for and is gone is forgotten. */
  recall(evidence: Evidence): Promise<(tag: ResourceId) => readonly RememberedRevision[]>;
}

export function tagHistories(host: string, state: State): TagHistories {
  const asked = new Map<string, readonly Digest[]>();
  return {
    async digestsOf(repository) {
      const scope = `${host}/${repository}`;
      const digests = new Set<Digest>();
      for (const revisions of (await state.tagHistory(scope)).values())
        for (const { digest } of revisions) digests.add(digest);
      asked.set(scope, [...digests]);
      return [...digests];
    },
    async recall(evidence) {
      for (const [scope, digests] of asked) await state.forgetDigests(scope, goneOf(evidence, scope, digests));
      return await historiesOf(evidence, state);
    },
  };
}

/** Where nothing is hidden, what was asked for by digest and does not exist is gone. */
function goneOf({ resources, exists, gaps }: Evidence, scope: string, digests: readonly Digest[]): readonly Digest[] {
  if (gaps.some((gap) => gap.hides !== 'holds' && covers(gap.scope, scope))) return [];
  return digests.filter((digest) => {
    const id = resources.find('manifest', scope, digest);
    return id === undefined || !exists(id);
  });
}

async function historiesOf(evidence: Evidence, state: State) {
  const { resources } = evidence;
  const byScope = new Map<string, ReadonlyMap<string, readonly RememberedRevision[]>>();
  const histories = new Map<ResourceId, readonly RememberedRevision[]>();
  for (let id = 0; id < resources.size; id += 1) {
    if (resources.kind(id) !== 'tag' || !evidence.exists(id)) continue;
    const scope = resources.scope(id);
    const here = byScope.get(scope) ?? (await state.tagHistory(scope));
    byScope.set(scope, here);
    const revisions = here.get(resources.key(id));
    if (revisions !== undefined) histories.set(id, revisions);
  }
  return (tag: ResourceId) => histories.get(tag) ?? [];
}
