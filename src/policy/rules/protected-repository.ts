import { repositoryIn } from '../../evidence/resource.ts';
import type { ClassLookup } from '../repository-class.ts';
import type { Rule } from '../view.ts';

/** What lies in a protected repository stays, whatever a record says. */
export function protectedRepository(classOf: ClassLookup): Rule {
  return ({ evidence }) =>
    (id) => {
      const repository = repositoryIn(evidence.resources.scope(id));
      const found = classOf(repository);
      return found?.kind === 'protected'
        ? { code: 'protected-repository', because: `${repository} is protected (class ${found.name})` }
        : undefined;
    };
}
