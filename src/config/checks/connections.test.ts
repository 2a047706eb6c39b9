import { describe, expect, test } from 'vitest';
import { checkSettings } from '../check.ts';
import { formatProblem } from '../problem.ts';

const check = (text: string) =>
  checkSettings(text, 'w.yaml').problems.map((problem) => formatProblem(problem).replace(/^w\.yaml:1:\d+: /, ''));

describe('settings of the registry that belong together', () => {
  test.each([
    ['clientCertificate: c', 'registry.clientCertificate: "c": it is of no use without its key (add clientKey)'],
    ['clientKey: c', 'registry.clientKey: "c": it is of no use without its certificate (add clientCertificate)'],
    [
      'certificateAuthority: c, forceInsecure: true',
      'registry.forceInsecure: "true": it contradicts certificateAuthority, which asks for a verified connection (remove one of the two)',
    ],
    [
      "certificateAuthority: c, url: 'http://x'",
      'registry.url: "http://x": it asks for plain HTTP, which certificateAuthority rules out (write https://, or remove the certificate authority)',
    ],
    [
      'username: me',
      'registry.username: "me": it is of no use without a password (add passwordFile, or set WINNOW_REGISTRY_PASSWORD)',
    ],
    ['passwordFile: p', 'registry.passwordFile: "p": it is of no use without a user name (add username)'],
  ])('%s', (text, problem) => {
    expect(check(`registry: {${text}}`)).toEqual([problem]);
  });

  test('what belongs together is well', () => {
    expect(
      check(
        "registry: {clientCertificate: c, clientKey: k, certificateAuthority: a, username: u, passwordFile: p, url: 'https://x'}",
      ),
    ).toEqual([]);
  });
});

test('a password in the file is told, not shown, also where more is wrong', () => {
  expect(check('registry: {username: me, password: hunter2}')).toEqual([
    'registry.password: "***": a secret does not belong in a settings file (write it into a file of its own and name that in passwordFile, or set WINNOW_REGISTRY_PASSWORD)',
  ]);
  const all = check('registry: {password: hunter2, timeout: 3}');
  expect(all).toHaveLength(2);
  expect(all.join()).not.toContain('hunter2');
});

test('a lease is kept in one place', () => {
  expect(check('lease: {kind: postgres}')).toEqual([
    'lease.kind: "postgres": it needs lease.url (set lease.url, like postgres://winnow@db.example/ops)',
  ]);
  expect(check("lease: {url: 'postgres://me:hunter2@db/ops'}")).toEqual([
    'lease.url: "postgres://me:***@db/ops": it is not used with kind: file (set lease.kind to postgres, or remove it)',
  ]);
});
