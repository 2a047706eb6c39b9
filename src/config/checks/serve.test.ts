import { describe, expect, test } from 'vitest';
import { checkSettings } from '../check.ts';
import { formatProblem } from '../problem.ts';

function check(...lines: readonly string[]) {
  const { problems, warnings } = checkSettings(lines.join('\n'), 'w.yaml');
  return { problems: problems.map(formatProblem), warnings: warnings.map(formatProblem) };
}

const schedule = (more: string, name = 'a') => [
  'serve:',
  '  schedules:',
  `    - {name: ${name}, flow: prune, cron: 0 3 * * *, ${more}}`,
];

describe('a schedule', () => {
  test('that is well-formed has nothing said of it', () => {
    const { problems, warnings } = check(
      ...schedule("timeZone: Europe/Berlin, jitter: 5m, arguments: ['--keep-younger-than=96h', --keep-newest, '3']"),
      "    - {name: b, flow: reconcile, cron: '@daily'}",
      "    - {name: c, flow: reconcile, cron: '30 0 3 * * *'}",
    );

    expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
  });

  test.each([
    ['61 * * * *', /Invalid value for minute/],
    ['0 3 * *', /can not be read/],
    ['* * * * * * 2027', /can not be read/],
    ['0 0 31 2 *', /it never comes/],
    ['2027-01-01T00:00:00', /it is a date/],
    ['every night', /can not be read/],
  ])('whose cron is %s is refused where it stands', (cron, words) => {
    const { problems } = check('serve:', '  schedules:', `    - {name: a, flow: prune, cron: '${cron}'}`);

    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^w\.yaml:3:\d+: serve\.schedules\[0\]\.cron: /);
    expect(problems[0]).toMatch(words);
  });

  test('in a time zone that nobody knows is refused', () => {
    expect(check(...schedule('timeZone: Europe/Atlantis')).problems).toEqual([
      expect.stringMatching(/serve\.schedules\[0\]\.timeZone: .*there is no such time zone/),
    ]);
  });

  test('with the name of another is refused', () => {
    expect(check(...schedule(''), '    - {name: a, flow: reconcile, cron: 0 4 * * *}').problems).toEqual([
      expect.stringMatching(/serve\.schedules\[1\]\.name: .*serve\.schedules\[0\] has the name a, too/),
    ]);
  });

  test.each([
    ...['--confirm', '--dry-run', '--plan-out', '--plan-out=/tmp/p', '--output=json', '-o', '-ojson', '--config=x'],
    ...['--state-dir', '--every=1h', '--inventory-out', '--evidence-out=e', '--', '--all-nodes', '-h', '--mark-out'],
  ])('may not give %s', (argument) => {
    expect(check(...schedule(`arguments: ['--keep-newest=3', '${argument}']`)).problems).toEqual([
      expect.stringMatching(/serve\.schedules\[0\]\.arguments\[1\]: .*not for a schedule to give/),
    ]);
  });
});

describe('the history', () => {
  test('in a database needs its address', () => {
    expect(check('serve:', '  history: {kind: postgres}').problems).toEqual([
      expect.stringMatching(/serve\.history\.kind: .*needs serve\.history\.url/),
    ]);
  });

  test('that is embedded has none', () => {
    expect(check('serve:', '  history: {url: postgres://db/x}').problems).toEqual([
      expect.stringMatching(/serve\.history\.url: .*not used with kind: embedded/),
    ]);
  });

  test('and the lease reach equally far, or it is warned of', () => {
    const shared = check(...schedule(''), '  history: {kind: postgres, url: postgres://db/x}');
    const alone = check(...schedule(''), 'lease: {kind: postgres, url: postgres://db/x}');
    const both = check(
      ...schedule(''),
      '  history: {kind: postgres, url: postgres://db/x}',
      'lease: {kind: kubernetes}',
    );

    expect(shared.warnings).toEqual([expect.stringMatching(/serve\.history\.kind: .*two of them would run/)]);
    expect(alone.warnings).toEqual([expect.stringMatching(/serve\.history: .*|serve\.history\.kind: .*|serve: .*/)]);
    expect(both.warnings).toEqual([]);
  });
});

test('leases have the settings of their own kind alone', () => {
  expect(check('lease: {kind: file, namespace: winnow}').problems).toEqual([
    expect.stringMatching(/lease\.namespace: .*not used with kind: file/),
  ]);
  expect(check('lease: {kind: kubernetes, url: postgres://db/x}').problems).toEqual([
    expect.stringMatching(/lease\.url: .*not used with kind: kubernetes/),
  ]);
});

test('no token and no key goes over the network in the clear', () => {
  const { problems } = check(
    'serve:',
    '  notices:',
    '    - {to: webhook, url: http://chat.example/x, tokenFile: /t}',
    '    - {to: webhook, url: http://127.0.0.1:9/x, tokenFile: /t}',
    '    - {to: webhook, url: http://chat.example/x}',
    '  access:',
    '    oidc: {issuer: http://login.example, audience: winnow, roles: {viewer: [a]}}',
  );

  expect(problems).toEqual([
    expect.stringMatching(/serve\.notices\[0\]\.tokenFile: .*in the clear/),
    expect.stringMatching(/serve\.access\.oidc\.issuer: .*in the clear/),
  ]);
});

test('access is told apart by names and by addresses', () => {
  const { problems } = check(
    'serve:',
    '  access:',
    '    tokens:',
    '      - {name: ci, role: viewer, tokenFile: /a}',
    '      - {name: ci, role: admin, tokenFile: /b}',
    "    proxy: {trusted: [10.0.0.0/8, '::1', 10.0.0.0/33, proxy.example], roles: {viewer: [a]}}",
  );

  expect(problems).toEqual([
    expect.stringMatching(/tokens\[1\]\.name: .*tokens\[0\] has the name ci, too/),
    expect.stringMatching(/trusted\[2\]: .*neither an address nor a range/),
    expect.stringMatching(/trusted\[3\]: .*neither an address nor a range/),
  ]);
});

test('the low watermark lies below the high one', () => {
  expect(check('serve:', '  watermark: {high: 0.5, low: 0.8}').problems).toEqual([
    expect.stringMatching(/serve\.watermark\.low: .*more than the high one, 0\.5/),
  ]);
});
