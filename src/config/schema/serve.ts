import * as z from 'zod';
import { httpAddress, postgresAddress } from './addresses.ts';
import { complaint } from './complaint.ts';
import { listOf, oneOf, section } from './containers.ts';
import { checkedText, choice, count, duration, path, share, text, timeout, yesNo } from './leaves.ts';

const LISTEN = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):(\d{1,5})$/;
const NAME = /^[a-z0-9]([a-z0-9-]{0,50}[a-z0-9])?$/;
const BASE_PATH = /^\/([A-Za-z0-9._~-]+(\/[A-Za-z0-9._~-]+)*)?$/;

const role = () => choice(['viewer', 'approver', 'admin']);

const groups = (may: string) =>
  listOf(text('platform-team', 'group'), '[platform-team]')
    .prefault([])
    .describe(`Groups that ${may}; \`*\` is everybody.`);

const roles = section({
  viewer: groups('read'),
  approver: groups('also approve, reject, stop and undo'),
  admin: groups('also start runs and raise limits'),
});

export const scheduleSchema = section({
  name: checkedText('name', 'registry-nightly', (name) =>
    NAME.test(name)
      ? undefined
      : complaint(
          'it has other characters than a-z, 0-9 and dashes, or is longer than 52',
          'write it like registry-nightly',
        ),
  ).describe('Its name in pages, metrics and the history: keep it, or its history begins anew.'),
  flow: choice(['reconcile', 'prune', 'prune-images', 'hard-prune', 'node-gc', 'node-fleet']).describe(
    'What it runs: the command of the same name; `prune-images` is `prune images`, `node-fleet` is `node-gc --all-nodes`.',
  ),
  cron: text('0 3 * * *', 'cron expression').describe(
    'When: five fields, or six with seconds first; `@daily` and its like.',
  ),
  timeZone: text('Europe/Berlin', 'time zone').prefault('UTC').describe('The time zone of `cron`, by its IANA name.'),
  jitter: duration('5m', { max: '24h' })
    .prefault('0')
    .describe('A run begins up to so much later: the same for each due time, different for each schedule.'),
  mode: choice(['plan', 'approve', 'auto'])
    .prefault('approve')
    .describe(
      '`plan` only shows what would go; `approve` waits for a person; `auto` applies what is not unusual, and waits with all else.',
    ),
  catchUp: yesNo()
    .prefault(true)
    .describe(
      'Whether a run that was due while nobody could do it is done once, late. Of several that were missed, one is.',
    ),
  suspend: yesNo().prefault(false).describe('Begin no run of it.'),
  deadline: timeout('2h', '1s')
    .prefault('6h')
    .describe('How long a plan, or applying it, may take before it is stopped.'),
  config: path('/etc/winnow/prod-eu.yaml')
    .exactOptional()
    .describe('Settings of its runs: registry, clusters, policies, limits. Default: this file.'),
  arguments: listOf(text('--keep-younger-than=96h', 'argument'), "['--keep-younger-than=96h']")
    .prefault([])
    .describe(
      'More arguments for the command, as on the command line. Those of confirming, plan files and output are the service’s.',
    ),
  growth: z
    .number({ error: complaint('it is not a number', 'write a number like 3') })
    .min(1, { error: complaint('it is less than 1', 'write a number like 3') })
    .prefault(3)
    .describe(
      'With `auto`: a plan with so many times more actions, or bytes, than the largest of the last five is unusual.',
    )
    .meta({ word: 'number', examples: [3] }),
});

const proxySchema = section({
  userHeader: text('X-Forwarded-User', 'header').prefault('X-Forwarded-User').describe('Where the user stands.'),
  groupsHeader: text('X-Forwarded-Groups', 'header')
    .prefault('X-Forwarded-Groups')
    .describe('Where his groups stand, between commas.'),
  trusted: listOf(text('10.0.0.0/8', 'address range'), '[10.0.0.0/8]', 1).describe(
    'Whose word counts: addresses, or ranges of them. From anybody else the headers count for nothing.',
  ),
  secretFile: path('/run/secrets/proxy-secret')
    .exactOptional()
    .describe('File whose first line the proxy sends in `X-Winnow-Proxy-Secret`, besides.'),
  roles: roles.describe('What each group may do. Who is in several may do what any of them may.'),
});

const oidcSchema = section({
  issuer: httpAddress('https://login.example').describe('Who signs the tokens (`iss`).'),
  audience: text('winnow', 'audience').describe('For whom they are (`aud`).'),
  jwksUrl: httpAddress('https://login.example/keys')
    .exactOptional()
    .describe('Its keys. Default: what the issuer’s discovery document names.'),
  header: text('Authorization', 'header')
    .prefault('Authorization')
    .describe(
      'Where the token stands: as a bearer token, or alone in a header that a proxy sets, like `X-Auth-Request-Id-Token`.',
    ),
  userClaim: text('email', 'claim').prefault('sub').describe('The claim that names the user.'),
  groupsClaim: text('groups', 'claim').prefault('groups').describe('The claim that lists his groups.'),
  roles: roles.describe('What each group may do. Who is in several may do what any of them may.'),
});

const notice = oneOf(
  'to',
  ['webhook', 'kubernetes-event'],
  [
    z.strictObject({
      to: z.literal('webhook').describe('A CloudEvent, posted to an HTTP server.'),
      url: httpAddress('https://chat.example/hooks/winnow').describe('Where to.'),
      tokenFile: path('/run/secrets/notice-token').exactOptional().describe('File whose first line is a bearer token.'),
      certificateAuthority: path('/etc/winnow/ca.pem')
        .exactOptional()
        .describe("PEM file of an authority. Default: the system's."),
      timeout: timeout('10s').prefault('10s').describe('To connect, and again for the answer.'),
      retries: count(3, 0, 100)
        .prefault(3)
        .describe('How often it is sent again after 429, 5xx or a broken connection.'),
    }),
    z.strictObject({
      to: z.literal('kubernetes-event').describe('An Event of Kubernetes, about the pod of the service.'),
      namespace: text('winnow', 'namespace').exactOptional().describe("Default: the pod's own."),
      kubeconfig: path('/etc/winnow/kubeconfig')
        .exactOptional()
        .describe("How to reach the cluster. Default: the pod's own account."),
      context: text('prod-eu', 'name').exactOptional().describe('The context of that file. Default: its current one.'),
    }),
  ],
);

export const serveSchema = section({
  listen: checkedText('address', '127.0.0.1:8080', (address) => {
    const [, , port] = LISTEN.exec(address) ?? [];
    return port !== undefined && Number(port) <= 65_535
      ? undefined
      : complaint('it is not an address with a port', 'write it like 127.0.0.1:8080');
  })
    .prefault('127.0.0.1:8080')
    .describe('Where it answers. Beyond this machine nobody reads anything without a token or a user.'),
  basePath: checkedText('path', '/winnow', (text) =>
    BASE_PATH.test(text)
      ? undefined
      : complaint('it is not a path', 'write it like /winnow, without a slash at its end'),
  )
    .prefault('/')
    .describe('Below which path it answers, behind an ingress.'),
  publicUrl: httpAddress('https://winnow.example')
    .exactOptional()
    .describe('How people reach it: for links in notices.'),
  name: checkedText('name', 'winnow', (name) =>
    NAME.test(name) ? undefined : complaint('it has other characters than a-z, 0-9 and dashes', 'write it like winnow'),
  )
    .prefault('winnow')
    .describe('Replicas of one name share one lease: one of them runs the schedules.'),
  history: section({
    kind: choice(['embedded', 'postgres'])
      .prefault('embedded')
      .describe('Where runs are remembered: below the state directory, or in a database that all replicas share.'),
    url: postgresAddress()
      .exactOptional()
      .describe('The database, with `kind: postgres`. Its tables are made in the schema `winnow`.'),
    passwordFile: path('/run/secrets/db-password')
      .exactOptional()
      .describe('File whose first line is the password, where the URL has none.'),
  })
    .prefault({})
    .describe('The history.'),
  keep: section({
    for: duration('90d', { min: '1h' })
      .prefault('90d')
      .describe('How long runs stay in the history, with their plans.'),
    runs: count(1000, 1).prefault(1000).describe('Most of each schedule.'),
    auditFor: duration('400d', { min: '24h' }).prefault('400d').describe('How long it stays known who approved what.'),
  })
    .prefault({})
    .describe('What the history forgets. `apply.undoFor` tells how long a run can be taken back.'),
  schedules: listOf(scheduleSchema, '[{name: registry-nightly, flow: reconcile, cron: 0 3 * * *}]')
    .prefault([])
    .describe('What runs when.'),
  parallel: count(2, 1, 16)
    .prefault(2)
    .describe('Runs under way at a time. Of one schedule it is never more than one.'),
  access: section({
    tokens: listOf(
      section({
        name: text('ci', 'name').describe('Who it is: stands in the audit.'),
        role: role().describe(
          '`viewer` reads, `approver` also approves, rejects, stops and undoes, `admin` also starts runs and raises limits.',
        ),
        tokenFile: path('/run/secrets/winnow-token').describe(
          'File whose first line is the token: at least 16 characters.',
        ),
      }),
      '[{name: ci, role: viewer, tokenFile: /run/secrets/ci}]',
    )
      .prefault([])
      .describe('Bearer tokens.'),
    proxy: proxySchema.exactOptional().describe('Users whom a proxy before it vouches for.'),
    oidc: oidcSchema.exactOptional().describe('Users with signed tokens (OpenID Connect).'),
  })
    .prefault({})
    .describe('Who may do what. Without any of it, it can be read from this machine, and nothing can be done.'),
  notices: listOf(notice, '[{to: webhook, url: https://chat.example/hooks/winnow}]')
    .prefault([])
    .describe('Who is told when a plan waits, a run fails or was refused.'),
  notifications: section({
    tokenFile: path('/run/secrets/registry-token')
      .exactOptional()
      .describe(
        'File whose first line registries send as bearer token. Without it they are heard on this machine only.',
      ),
    keepFor: duration('180d', { min: '24h' }).prefault('180d').describe('How long pulls are remembered.'),
    pushLease: duration('1h', { min: '0' })
      .prefault('1h')
      .describe('How long what was pushed is held, whatever policies say.'),
  })
    .prefault({})
    .describe("Where registries tell of pushes and pulls: `POST /notifications/HOST`, in Distribution's form."),
  watermark: section({
    high: share().prefault(0.85).describe('Fuller than this, a registry or storage is shown as in need.'),
    low: share().prefault(0.7).describe('The aim.'),
  })
    .prefault({})
    .describe('The lines in pictures of disks whose own are not known.'),
});

export type ServeInput = z.output<typeof serveSchema>;
export type ScheduleInput = z.output<typeof scheduleSchema>;
