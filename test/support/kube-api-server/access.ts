import { randomBytes } from 'node:crypto';
import { type ApiObject, Refusal } from './api-object.ts';
import { resourceName, type ServedKind } from './kinds.ts';

/** A rule as roles have it. */
export interface AccessRule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

/** What somebody wants to do. */
export interface Deed {
  readonly verb: string;
  readonly kind: ServedKind;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

export const ADMIN: User = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };
export const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** Who has which token. */
export class Tokens {
  readonly #users = new Map<string, User>();

  give(user: User): string {
    const token = `test-token-${randomBytes(12).toString('hex')}`;
    this.#users.set(token, user);
    return token;
  }

  revoke(token: string): void {
    this.#users.delete(token);
  }

  /** @throws Refusal 401 for a token that is none, or none any more. */
  userOf(authorization: string | undefined): User | undefined {
    if (authorization === undefined) return undefined;
    const user = this.#users.get(/^Bearer (.+)$/.exec(authorization)?.[1] ?? '');
    if (user === undefined) throw new Refusal(401, 'Unauthorized', 'Unauthorized');
    return user;
  }
}

/** The roles and bindings that there are. */
export interface RoleObjects {
  /** In all namespaces where none is given. */
  list(kind: 'ClusterRoleBinding' | 'RoleBinding', namespace?: string): readonly ApiObject[];
  get(kind: 'ClusterRole' | 'Role', namespace: string | undefined, name: string): ApiObject | undefined;
}

/**
 * What roles allow. @throws Refusal 403 in the real server's words
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/
 */
export function authorize(user: User, deed: Deed, roles: RoleObjects): void {
  if (user.groups.includes('system:masters')) return;
  const { verb, kind, subresource, namespace, name } = deed;
  const resource = subresource === undefined ? kind.resource : `${kind.resource}/${subresource}`;
  const isAllowed = rulesFor(user, namespace, roles).some(
    (rule) =>
      has(rule.verbs, verb) &&
      has(rule.apiGroups, kind.group) &&
      (has(rule.resources, resource) || rule.resources?.includes(`*/${subresource}`)) &&
      (rule.resourceNames === undefined || (name !== undefined && rule.resourceNames.includes(name))),
  );
  if (isAllowed) return;
  const called = name === undefined ? resourceName(kind) : `${resourceName(kind)} "${name}"`;
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  throw new Refusal(
    403,
    'Forbidden',
    `${called} is forbidden: User "${user.name}" cannot ${verb} resource "${resource}" in API group "${kind.group}" ${where}`,
  );
}

function rulesFor(user: User, namespace: string | undefined, roles: RoleObjects): readonly AccessRule[] {
  const everywhere = roles.list('ClusterRoleBinding');
  const here = namespace === undefined ? [] : roles.list('RoleBinding', namespace);
  return [...everywhere, ...here]
    .filter((binding) => (binding['subjects'] ?? []).some((subject: Subject) => isMeant(subject, user)))
    .flatMap((binding) => {
      const { kind, name } = binding['roleRef'] as { kind: 'Role' | 'ClusterRole'; name: string };
      return (roles.get(kind, kind === 'Role' ? namespace : undefined, name)?.['rules'] ?? []) as AccessRule[];
    });
}

interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

function isMeant({ kind, name, namespace }: Subject, user: User): boolean {
  if (kind === 'Group') return user.groups.includes(name);
  return user.name === (kind === 'User' ? name : `system:serviceaccount:${namespace}:${name}`);
}

const has = (allowed: readonly string[] | undefined, one: string) =>
  allowed !== undefined && (allowed.includes(one) || allowed.includes('*'));
