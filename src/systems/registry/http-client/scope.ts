import type { Access } from './transport-contract.ts';

const ACTIONS: Readonly<Record<Exclude<Access, 'catalog'>, string>> = {
  pull: 'pull',
  push: 'pull,push',
  delete: 'delete',
};

/**
 * The scope to ask a token for. Deleting is `delete` with Distribution from 2.7 on; a server that wants another word
 * (`*` before) says so in its challenge, which then goes before this.
 *
 * @returns `undefined` for a request that no scope is known for, like `/v2/` itself.
 * @see https://github.com/distribution/distribution/blob/v3.0.0/docs/content/spec/auth/scope.md
 */
export function scopeOf(request: { readonly repository?: string; readonly access: Access }): string | undefined {
  if (request.access === 'catalog') return 'registry:catalog:*';
  return request.repository === undefined ? undefined : `repository:${request.repository}:${ACTIONS[request.access]}`;
}
