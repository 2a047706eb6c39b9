import { isIP } from 'node:net';
import { cronComplaint, isTimeZone } from '../cron.ts';
import type { ScheduleInput } from '../schema/serve.ts';
import { ownedByService } from '../service-arguments.ts';
import type { Check, CheckFinding } from './parts.ts';

type Path = CheckFinding['path'];

const error = (path: Path, message: string, hint: string): CheckFinding => ({ severity: 'error', path, message, hint });
const warning = (path: Path, message: string, hint: string): CheckFinding => ({
  severity: 'warning',
  path,
  message,
  hint,
});

/** Each schedule by itself, and their names. */
export const schedules: Check = ({ serve }) => {
  const first = new Map<string, number>();
  return (serve?.schedules ?? []).flatMap((schedule, index) => {
    const path = ['serve', 'schedules', index];
    const earlier = first.get(schedule.name);
    if (earlier === undefined) first.set(schedule.name, index);
    const named =
      earlier === undefined
        ? []
        : [
            error(
              [...path, 'name'],
              `serve.schedules[${earlier}] has the name ${schedule.name}, too`,
              'give each schedule a name of its own: it is what its history goes by',
            ),
          ];
    return [...named, ...timesOf(schedule, path), ...argumentsOf(schedule, path)];
  });
};

function timesOf({ cron, timeZone }: ScheduleInput, path: Path): readonly CheckFinding[] {
  const complaint = cronComplaint(cron);
  return [
    ...(complaint === undefined
      ? []
      : [error([...path, 'cron'], complaint, 'write minute, hour, day, month, weekday: 0 3 * * *, or @daily')]),
    ...(isTimeZone(timeZone)
      ? []
      : [error([...path, 'timeZone'], 'there is no such time zone', 'write an IANA name, like Europe/Berlin')]),
  ];
}

function argumentsOf({ arguments: given }: ScheduleInput, path: Path): readonly CheckFinding[] {
  return given.flatMap((argument, index) => {
    const why = ownedByService(argument);
    return why === undefined
      ? []
      : [error([...path, 'arguments', index], `it is not for a schedule to give: ${why}`, 'remove it')];
  });
}

/** Where the history lies, and how replicas see each other. */
export const historyPlace: Check = ({ serve, lease }) => {
  if (serve === undefined) return [];
  const { kind, url, passwordFile } = serve.history;
  const found: CheckFinding[] = [];
  if (kind === 'postgres' && url === undefined)
    found.push(
      error(
        ['serve', 'history', 'kind'],
        'it needs serve.history.url',
        'set it, like postgres://winnow@db.example/ops',
      ),
    );
  for (const [key, value] of [
    ['url', url],
    ['passwordFile', passwordFile],
  ] as const)
    if (kind === 'embedded' && value !== undefined)
      found.push(
        error(
          ['serve', 'history', key],
          'it is not used with kind: embedded',
          'set serve.history.kind to postgres, or remove it',
        ),
      );
  if (serve.schedules.length === 0 || lease === undefined) return found;
  if (kind === 'postgres' && lease.kind === 'file')
    found.push(
      warning(
        ['serve', 'history', 'kind'],
        'replicas share this history, and leases in files are seen on one machine alone: two of them would run the schedules',
        'set lease.kind to postgres or kubernetes, unless there is one replica, or one shared state directory',
      ),
    );
  if (kind === 'embedded' && lease.kind !== 'file')
    found.push(
      warning(
        ['serve', 'history', 'kind'],
        'its lease is shared with others, and its history with nobody: another replica would run what this one has run',
        'set serve.history.kind to postgres, unless there is one replica',
      ),
    );
  return found;
};

/** A token in the clear is anybody's. */
export const tokensOfService: Check = ({ serve }) => {
  const ofNotices = (serve?.notices ?? []).flatMap((notice, index) =>
    notice.to === 'webhook' && notice.tokenFile !== undefined && isInTheClear(notice.url)
      ? [
          error(
            ['serve', 'notices', index, 'tokenFile'],
            'its token would go over the network in the clear',
            'write https:// in url, or remove it',
          ),
        ]
      : [],
  );
  const { oidc } = serve?.access ?? {};
  const ofKeys = (['issuer', 'jwksUrl'] as const).flatMap((key) => {
    const url = oidc?.[key];
    return url !== undefined && isInTheClear(url)
      ? [
          error(
            ['serve', 'access', 'oidc', key],
            'keys that come over the network in the clear can be anybody’s, and so could users',
            'write https://',
          ),
        ]
      : [];
  });
  return [...ofNotices, ...ofKeys];
};

function isInTheClear(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !/^(localhost|\[::1\]|127(\.\d+){3})$/.test(hostname);
}

/** Who may do what. */
export const accessOfService: Check = ({ serve }) => {
  const { tokens = [], proxy } = serve?.access ?? {};
  const first = new Map<string, number>();
  const named = tokens.flatMap(({ name }, index) => {
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, index);
    return earlier === undefined
      ? []
      : [
          error(
            ['serve', 'access', 'tokens', index, 'name'],
            `serve.access.tokens[${earlier}] has the name ${name}, too`,
            'give each token a name of its own: it stands in the audit',
          ),
        ];
  });
  const ranges = (proxy?.trusted ?? []).flatMap((range, index) =>
    isRange(range)
      ? []
      : [
          error(
            ['serve', 'access', 'proxy', 'trusted', index],
            'it is neither an address nor a range of them',
            'write it like 10.0.0.7, or 10.0.0.0/8',
          ),
        ],
  );
  return [...named, ...ranges];
};

function isRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (bits === undefined) return true;
  return /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}

/** The lines in pictures. */
export const watermarkOfService: Check = ({ serve }) => {
  const { high, low } = serve?.watermark ?? {};
  if (high === undefined || low === undefined || low <= high) return [];
  return [
    error(
      ['serve', 'watermark', 'low'],
      `it is more than the high one, ${high}`,
      'write one that is below the high one',
    ),
  ];
};
