import { formatResource, type ResourceId } from '../evidence/resource.ts';
import type { Ruleset } from './decide.ts';
import type { Rule } from './view.ts';

/** The policy of `tag rm`: one tag goes because somebody named it; an active record or any other hold still keeps it. */
export function removeTagRuleset(scope: string, tag: string): Ruleset {
  const requested: Rule =
    ({ evidence }) =>
    (id: ResourceId) => {
      const resource = evidence.resources.at(id);
      if (resource.kind === 'tag' && resource.scope === scope && resource.key === tag)
        return { code: 'requested', because: `${formatResource(resource)} was named on the command line` };
      return undefined;
    };
  return { deletable: new Set(['tag', 'manifest']), ruled: new Set(['tag']), rules: [requested] };
}
