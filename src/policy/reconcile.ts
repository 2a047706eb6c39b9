import type { Ruleset } from './decide.ts';
import { type ClassLookup, classOf, type ReconcilePolicy, type RepositoryClass } from './repository-class.ts';
import { followsSubject } from './rules/follows-subject.ts';
import { protectedRepository } from './rules/protected-repository.ts';
import { retainedTag } from './rules/retained-tag.ts';
import { transientTag } from './rules/transient-tag.ts';
import { unknownRepository } from './rules/unknown-repository.ts';

export function reconcileRuleset(policy: ReconcilePolicy): Ruleset {
  const found = new Map<string, RepositoryClass | undefined>();
  const lookup: ClassLookup = (repository) => {
    if (!found.has(repository)) found.set(repository, classOf(policy, repository));
    return found.get(repository);
  };
  return {
    deletable: new Set(['tag', 'manifest']),
    ruled: new Set(['tag', 'manifest']),
    rules: [
      protectedRepository(lookup),
      unknownRepository(lookup),
      followsSubject(),
      transientTag(lookup),
      retainedTag(lookup),
    ],
  };
}
