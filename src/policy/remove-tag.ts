import { formatResource, type ResourceId } from '../evidence/resource.ts';
import { mark } from '../graph/mark.ts';
import type { Ruleset } from './decide.ts';
import { reasons } from './reason.ts';
import { type ClassLookup, classOf, type ReconcilePolicy } from './repository-class.ts';
import { protectedRepository } from './rules/protected-repository.ts';
import type { Rule } from './view.ts';

/**
 * The policy of `tag rm`: one tag goes because somebody named it, with what it alone kept. An active record or any other hold still
 * keeps it, and so does a protected repository. Whatever does not hang on that tag stays, also what inactive records or earlier
 * runs have let go: that is the business of `reconcile`.
 */
export function removeTagRuleset(scope: string, tag: string, policy: ReconcilePolicy): Ruleset {
  const lookup: ClassLookup = (repository) => classOf(policy, repository);
  return {
    deletable: new Set(['tag', 'manifest']),
    ruled: new Set(['tag', 'manifest']),
    rules: [protectedRepository(lookup), requestedTag(scope, tag)],
  };
}

function requestedTag(scope: string, tag: string): Rule {
  return ({ evidence, graph }) => {
    const named = evidence.resources.find('tag', scope, tag);
    const reached = mark(graph, named === undefined ? [] : [named]);
    return (id: ResourceId) => {
      if (id === named)
        return {
          code: 'requested',
          because: `${formatResource(evidence.resources.at(id))} was named on the command line`,
        };
      return reached.has(id) ? undefined : { code: 'not-named', because: reasons['not-named'].meaning };
    };
  };
}
