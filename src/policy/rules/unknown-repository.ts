import { repositoryIn } from '../../evidence/resource.ts';
import type { ClassLookup } from '../repository-class.ts';
import type { Rule } from '../view.ts';

/** What lies in a repository that no class names stays, and is reported. */
export function unknownRepository(classOf: ClassLookup): Rule {
  return ({ evidence }) =>
    (id) => {
      const repository = repositoryIn(evidence.resources.scope(id));
      return classOf(repository) === undefined
        ? { code: 'unknown-repository', because: `no class names ${repository}` }
        : undefined;
    };
}
