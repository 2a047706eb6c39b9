import { type AccessRole, accessRoles } from '../../../config/serve-settings.ts';
import type { Person } from '../../desk.ts';
import { ServiceError } from '../../errors.ts';

/** The highest role that groups have together; `*` is everybody's. Undefined: none. */
export function roleOf(groups: readonly string[], roles: Readonly<Record<string, AccessRole>>): AccessRole | undefined {
  const names = [...groups, '*'].filter((name) => Object.hasOwn(roles, name));
  const ranks = names.map((name) => accessRoles.indexOf(roles[name] as AccessRole));
  return accessRoles[Math.max(-1, ...ranks)];
}

/** Whether a role may do what asks for another. */
export function mayDo(role: AccessRole, needed: AccessRole): boolean {
  return accessRoles.indexOf(role) >= accessRoles.indexOf(needed);
}

/** @throws NOT_SIGNED_IN, ROLE_TOO_LOW. @param doing - `approving run x` */
export function assertRole(person: Person | undefined, needed: AccessRole, doing: string): Person {
  if (person === undefined) throw new ServiceError('NOT_SIGNED_IN', `${doing}: nobody is known to ask`);
  if (mayDo(person.role, needed)) return person;
  throw new ServiceError(
    'ROLE_TOO_LOW',
    `${doing}: it asks for the role ${needed}, and ${person.name} is ${person.role}`,
  );
}
