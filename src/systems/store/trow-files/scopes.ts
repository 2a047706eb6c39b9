/** Scope of the tags and manifests of a repository. @param name - the store's */
export function repositoryScope(name: string, repository: string): string {
  return `${name}/${repository}`;
}

/** The repository of such a scope. `undefined`: it is not of this store, or could lead out of it. */
export function repositoryOfScope(name: string, scope: string): string | undefined {
  const repository = scope.startsWith(`${name}/`) ? scope.slice(name.length + 1) : '';
  return isRepository(repository) ? repository : undefined;
}

/** Whether a text, out of a plan that anybody could have written, can be a repository's name on disk. */
export function isRepository(text: string): boolean {
  return text.split('/').every(isFileName);
}

export function isFileName(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..' && !text.includes('/') && !text.includes('\0');
}
