import type { ScheduleInput, ServeInput } from './schema/serve.ts';
import {
  type AccessRole,
  type AccessSettings,
  accessRoles,
  type NoticeTarget,
  type ScheduleSettings,
  type ServeSettings,
} from './serve-settings.ts';

/** Settings of the service, with units in their names. */
export function toServe(input: ServeInput): ServeSettings {
  const { listen, basePath, publicUrl, keep, history, notifications, access, ...same } = input;
  const { keepFor, pushLease, tokenFile } = notifications;
  const colon = listen.lastIndexOf(':');
  return {
    ...{ name: same.name, parallel: same.parallel, watermark: same.watermark },
    access: toAccess(access),
    listen: { host: listen.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(listen.slice(colon + 1)) },
    basePath: basePath === '/' ? '' : basePath,
    ...(publicUrl !== undefined && { publicUrl: publicUrl.replace(/\/$/, '') }),
    history: toHistory(history),
    keep: { forMs: keep.for, runs: keep.runs, auditForMs: keep.auditFor },
    schedules: same.schedules.map(toSchedule),
    notices: same.notices.map(toNotice),
    notifications: { keepForMs: keepFor, pushLeaseMs: pushLease, ...(tokenFile !== undefined && { tokenFile }) },
  };
}

function toSchedule({ jitter, deadline, ...same }: ScheduleInput): ScheduleSettings {
  return { ...same, jitterMs: jitter, deadlineMs: deadline };
}

/** That `postgres` has a URL was checked before. */
function toHistory({ kind, url, passwordFile }: ServeInput['history']): ServeSettings['history'] {
  if (kind === 'embedded' || url === undefined) return { kind: 'embedded' };
  return { kind, url, ...(passwordFile !== undefined && { passwordFile }) };
}

function toNotice(input: ServeInput['notices'][number]): NoticeTarget {
  if (input.to === 'kubernetes-event') return input;
  const { certificateAuthority, timeout, ...rest } = input;
  return { ...rest, timeoutMs: timeout, ...(certificateAuthority !== undefined && { caFile: certificateAuthority }) };
}

function toAccess({ tokens, proxy, oidc }: ServeInput['access']): AccessSettings {
  return {
    tokens,
    ...(proxy !== undefined && { proxy: { ...proxy, roles: rolesOf(proxy.roles) } }),
    ...(oidc !== undefined && { oidc: { ...oidc, roles: rolesOf(oidc.roles) } }),
  };
}

/** By group: of several, the one with the most rights. */
function rolesOf(groups: Readonly<Record<AccessRole, readonly string[]>>): Readonly<Record<string, AccessRole>> {
  return Object.fromEntries(accessRoles.flatMap((role) => groups[role].map((group) => [group, role])));
}
