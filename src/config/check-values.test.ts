import { describe, expect, test } from 'vitest';
import { checkSettings } from './check.ts';
import { formatProblem } from './problem.ts';

const check = (text: string) => checkSettings(text, 'w.yaml').problems.map(formatProblem);

/** A line of YAML, and what is said of its value, without the place. */
const values: readonly (readonly [string, string])[] = [
  [
    'registry: {timeout: 30}',
    'registry.timeout: "30": it has no unit (write numbers with units, like 30s, 96h, 1h30m or 7d)',
  ],
  [
    'plan: {expiresAfter: 30 days}',
    'plan.expiresAfter: "30 days": it is not a duration (write numbers with units, like 24h, 96h, 1h30m or 7d)',
  ],
  ['lease: {ttl: 30d}', 'lease.ttl: "30d": it is more than 24h (write 24h or less)'],
  [
    'registry: {concurrency: 10000}',
    'registry.concurrency: "10000": it is more than 256 (write a whole number up to 256)',
  ],
  [
    'limits: {maxDeletions: 1e300}',
    'limits.maxDeletions: "1e+300": it is more than 1000000000 (write a whole number up to 1000000000)',
  ],
  [
    'registry: {maxManifestSize: 1e300}',
    'registry.maxManifestSize: "1e+300": it is not a size (write a number with a unit, like 4Mi, 10Gi or 500M)',
  ],
  ['lease: {ttl: 1s}', 'lease.ttl: "1s": it is less than 5s (write 5s or more)'],
  [
    'apply: {undoFor: true}',
    'apply.undoFor: "true": it is true, not a duration (write numbers with units, like 30d, 96h, 1h30m or 7d)',
  ],
  [
    'registry: {maxManifestSize: lots}',
    'registry.maxManifestSize: "lots": it is not a size (write a number with a unit, like 4Mi, 10Gi or 500M)',
  ],
  [
    'registry: {maxManifestSize: 0}',
    'registry.maxManifestSize: "0": it is no byte at all (write a number with a unit, like 4Mi, 10Gi or 500M)',
  ],
  [
    'registry: {maxManifestSize: [1]}',
    'registry.maxManifestSize: it is a list, not a size (write a number with a unit, like 4Mi, 10Gi or 500M)',
  ],
  [
    'limits: {maxShare: 1.5}',
    'limits.maxShare: "1.5": it is more than 1 (write a share from 0 to 1, like 0.5, or 50%)',
  ],
  [
    'limits: {maxShare: 150%}',
    'limits.maxShare: "150%": it is more than 1 (write a share from 0 to 1, like 0.5, or 50%)',
  ],
  [
    'limits: {maxShare: -0.1}',
    'limits.maxShare: "-0.1": it is less than 0 (write a share from 0 to 1, like 0.5, or 50%)',
  ],
  [
    'limits: {maxShare: half}',
    'limits.maxShare: "half": it is not a share (write a share from 0 to 1, like 0.5, or 50%)',
  ],
  [
    'limits: {maxDropShare: {a: 1}}',
    'limits.maxDropShare: it is a map, not a share (write a share from 0 to 1, like 0.5, or 50%)',
  ],
  ['limits: {maxDeletions: many}', 'limits.maxDeletions: "many": it is text, not a whole number (write it like 1000)'],
  ['limits: {minRemaining: 1.5}', 'limits.minRemaining: "1.5": it is a number, not a whole number (write it like 1)'],
  ['limits: {minRemaining: -1}', 'limits.minRemaining: "-1": it is less than 0 (write a whole number from 0 on)'],
  ['registry: {concurrency: 0}', 'registry.concurrency: "0": it is less than 1 (write a whole number from 1 on)'],
  [
    'registry: {forceInsecure: yes}',
    'registry.forceInsecure: "yes": it is text, not true or false (write true or false)',
  ],
  [
    'registry: {product: trw}',
    'registry.product: "trw": it is none of zot, trow, trow-files, harbor, gitlab, distribution, quay, generic (did you mean trow?)',
  ],
  [
    'log: {level: warning}',
    'log.level: "warning": it is none of debug, info, warn, error (write one of debug, info, warn, error)',
  ],
  ['log: {level: 3}', 'log.level: "3": it is none of debug, info, warn, error (write one of debug, info, warn, error)'],
  ['cluster: 7', 'cluster: "7": it is a number, not text (put it in quotes)'],
  ['cluster: [a]', 'cluster: it is a list, not text (write it like prod-eu)'],
  [
    'registry: https://x',
    'registry: "https://x": it is text, not a map (write its settings below it, each on a line of its own)',
  ],
  [
    'registry: {repositories: team/app}',
    'registry.repositories: "team/app": it is text, not a list (write it as a list: [team/app, team/base])',
  ],
  ['records: file:a.csv', 'records: "file:a.csv": it is text, not a list (write it as a list: [file:records.csv])'],
  [
    'registry: {url: "ftp://x"}',
    'registry.url: "ftp://x": it begins with ftp://, not with https:// or http:// (write it like https://registry.example:5000)',
  ],
  [
    'registry: {url: "https://x/v2"}',
    'registry.url: "https://x/v2": it has a path in it (write the host and port alone: https://registry.example:5000)',
  ],
  [
    'registry: {url: "x?a=b"}',
    'registry.url: "x?a=b": it has a query in it (write the host and port alone: https://registry.example:5000)',
  ],
  [
    'registry: {url: "https://me:hunter2@x"}',
    'registry.url: "https://***@x": it has a user name or password in it (remove them: username and passwordFile, or authFile, are for that)',
  ],
  ['registry: {url: "x:99999"}', 'registry.url: "x:99999": 99999 is not a port (write a port from 1 to 65535)'],
  [
    'registry: {url: "https:///"}',
    'registry.url: "https:///": it has no host (write it like https://registry.example:5000)',
  ],
  [
    'registry: {url: bad url}',
    'registry.url: "bad url": it is not a host with an optional port (write it like https://registry.example:5000)',
  ],
  [
    'defaultRepository: team/*',
    'defaultRepository: "team/*": it is a glob, not the name of one repository (write a name like team/app)',
  ],
  [
    'defaultRepository: team/app:v1',
    'defaultRepository: "team/app:v1": it has a tag or digest in it (name the repository alone)',
  ],
  [
    'events: [{to: stdot}]',
    'events[0].to: "stdot": it is none of stdout, file, postgres, webhook (did you mean stdout?)',
  ],
  [
    'events: [{to: webhook, url: "ftp://x"}]',
    'events[0].url: "ftp://x": it begins with ftp://, not with https:// or http:// (write it like https://events.example/winnow)',
  ],
  [
    'events: [{to: webhook, url: "https://me:hunter2@x"}]',
    'events[0].url: "https://***@x": it has a user name or password in it (remove them, and name the file that holds the secret)',
  ],
  [
    'events: [{to: webhook, url: "http://x/", tokenFile: t}]',
    'events[0].tokenFile: "t": its token would go over the network in the clear (write https:// in url, or remove it)',
  ],
  [
    'events: [{to: postgres, url: x}]',
    'events[0].url: "x": it is not a URL (write it like postgres://winnow@db.example/ops, with special characters of the password percent-encoded)',
  ],
  [
    "events: [{to: postgres, url: 'postgres://x/y', table: 'a;b'}]",
    'events[0].table: "a;b": it is not the name of a table (write it like winnow_events, or ops.winnow_events with its schema)',
  ],
];

describe('values', () => {
  test.each(values)('%s', (text, problem) => {
    expect(check(text)).toHaveLength(1);
    expect(check(text)[0]?.replace(/^w\.yaml:1:\d+: /, '')).toBe(problem);
  });

  test('what people write is understood', () => {
    const text = `
registry: {url: ':5000', timeout: 1h30m, maxManifestSize: 4194304, retries: 0}
limits: {maxShare: 50%, maxDropShare: 1, minRemaining: 0}
plan: {expiresAfter: 2w}
apply: {recheckRecordsEvery: 0}
events: [{to: stdout}, {to: webhook, url: 'http://127.0.0.1:8080/', tokenFile: t}]
lease: {kind: postgres, url: 'postgresql:///ops'}`;
    expect(check(text)).toEqual([]);
  });
});

describe('globs', () => {
  const glob = (text: string) =>
    check(`reconcile: {classes: [{name: a, kind: protected, repositories: [${JSON.stringify(text)}]}]}`).map((line) =>
      line.replace(/^.*?\]: "[^"]*": /, ''),
    );

  test.each([
    ['a..b', 'it has .. in it (write the name of the repository in full)'],
    [
      'registry.example:5000/team/*',
      'it has the host of a registry in it (leave the host out: team/*, not registry.example:5000/team/*)',
    ],
    [
      'localhost/team/*',
      'it has the host of a registry in it (leave the host out: team/*, not registry.example:5000/team/*)',
    ],
    [
      'https://x/team',
      'it has the host of a registry in it (leave the host out: team/*, not registry.example:5000/team/*)',
    ],
    ['Team/*', 'it has capital letters in it, which no repository has (write team/*)'],
    ['team/a, team/b', 'it has white space in it (write each repository as an entry of its own)'],
    ['/team', 'it has an empty part (write no / at the beginning, at the end, or twice)'],
    ['team/', 'it has an empty part (write no / at the beginning, at the end, or twice)'],
    ['team//app', 'it has an empty part (write no / at the beginning, at the end, or twice)'],
    ['team/app:v1', 'it has a tag or digest in it (name the repository alone)'],
    [
      'team/[ab]',
      'it has characters that are not special here and occur in no repository (only *, ** and ? are special: write a list of several globs instead)',
    ],
    [
      '!team/*',
      'it has characters that are not special here and occur in no repository (only *, ** and ? are special: write a list of several globs instead)',
    ],
    ['team/ä*', 'it has characters that occur in no repository (use small letters, digits, and . _ - / between them)'],
    [
      '_team/*',
      'no repository can have such a name (write parts of letters, digits and single separators, like team/app-*)',
    ],
    ['', 'it is empty (write it like team/*)'],
  ])('%j is refused', (text, problem) => {
    expect(glob(text)).toEqual([problem]);
  });

  test.each(['*', '**', 'team/*', 'team/**', 'team-?/app', 'a/b/c', '*-base', 'app.*', 'a__b', '**/x'])(
    '%s is one',
    (text) => {
      expect(glob(text)).toEqual([]);
    },
  );
});
