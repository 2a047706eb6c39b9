import { expect, test } from 'vitest';
import { noPaint } from '../paint.ts';
import type { FsckFindings } from './findings.ts';
import { renderFsck } from './render-fsck.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

const whole: FsckFindings = {
  system: 'store',
  place: 'distribution-fs:/data',
  counts: { repositories: 1, tags: 2, manifests: 2, blobs: 6, notUnderstood: 0 },
  damage: [],
  unseen: [],
};

const broken: FsckFindings = {
  ...whole,
  counts: { ...whole.counts, notUnderstood: 1, verifiedBlobs: 6, verifiedBytes: 2048 },
  damage: [
    { kind: 'blob-without-data', repository: 'app', what: digest('a'), neededBy: [digest('1')], tags: ['v1', 'v2'] },
    { kind: 'manifest-without-data', repository: 'app', what: digest('2'), neededBy: [digest('2')], tags: [] },
    { kind: 'link-missing', repository: 'app', what: digest('b'), neededBy: [digest('1')], tags: ['v1'] },
    { kind: 'link-idle', repository: 'tool', what: digest('c'), neededBy: [], tags: [] },
  ],
  unseen: [{ scope: 'distribution-fs:/data/odd', hides: 'references', source: 'store', cause: 'it is *odd*' }],
};

const shown = (findings: FsckFindings, format: Parameters<typeof renderFsck>[1]) => [
  ...renderFsck(findings, format, noPaint),
];

test('a registry is whole only as far as it says, and what can not be seen that way is told', () => {
  const asked: FsckFindings = { ...whole, system: 'registry', place: 'registry.example' };

  const lines = shown(asked, 'table');

  expect(lines).toContainEqual(expect.stringContaining('all is whole, as far as the registry says'));
  expect(lines).toContainEqual(expect.stringMatching(/^Not seen: .*cache.*fsck --store/));
  expect(shown(asked, 'markdown').join('\n')).toContain('- Not seen: ');
  expect(shown(asked, 'json').join('\n')).toContain('"outOfSight"');
  expect(shown(whole, 'json').join('\n')).not.toContain('"outOfSight"');
});

test('a whole store is told in a few lines', () => {
  expect(shown(whole, 'table')).toEqual([
    'Store:   distribution-fs:/data',
    'Holds:   1 repository, 2 tags, 2 manifests, 6 blobs',
    'Result:  all is whole',
  ]);
});

test('for eyes: what is broken, the tags that lead there, what heals it, and what is to be pushed', () => {
  const lines = shown(broken, 'table');

  expect(lines).toContain('Verified:  6 blobs, 2 KiB');
  expect(lines.join('\n')).toContain(
    'Result:    3 broken (2 tags can not be pulled whole), 1 warning, 1 thing could not be looked at',
  );
  expect(lines.find((line) => line.includes('link-missing'))).toMatch(
    /^broken +link-missing +app +sha256:b{12}… +v1 +fsck --repair writes the link/,
  );
  expect(lines.slice(lines.indexOf('To be pushed again by who has it:'))).toEqual([
    'To be pushed again by who has it:',
    '  app:v1',
    '  app:v2',
    `  app@${digest('2')}`,
    '',
    'Next: winnow fsck --repair shows what can be healed; with --confirm it heals it.',
  ]);
});

test('for programs: counts, findings, what is to be pushed', () => {
  const document = JSON.parse(shown(broken, 'json').join('\n')) as Record<string, unknown>;

  expect(document).toMatchObject({
    kind: 'FsckReport',
    store: 'distribution-fs:/data',
    whole: false,
    counts: { tags: 2, broken: 3, warnings: 1, brokenTags: 2, unseen: 1, verifiedBytes: 2048 },
    pushAgain: ['app:v1', 'app:v2', `app@${digest('2')}`],
  });
  expect((document['findings'] as object[])[0]).toEqual({
    severity: 'broken',
    kind: 'blob-without-data',
    meaning: 'the data of a config or layer is not there',
    repository: 'app',
    what: digest('a'),
    neededBy: [digest('1')],
    tags: ['v1', 'v2'],
    remedy: 'push',
  });
});

test('in Markdown what comes from outside is never markup', () => {
  const text = shown(broken, 'markdown').join('\n');

  expect(text).toContain('## Winnow fsck: `distribution-fs:/data`');
  expect(text).toContain('it is \\*odd\\*');
  expect(text).toContain('- `app:v1`');
});

test('a repair is told: what it would do, what it did, what failed', () => {
  const step = { do: 'link', repository: 'app', digest: digest('b') } as const;
  const told = (repair: NonNullable<FsckFindings['repair']>) => shown({ ...whole, repair }, 'table').at(-1);

  expect(told({ confirmed: false, steps: [{ ...step, outcome: 'planned' }] })).toBe(
    'Would bring back: 0 blobs from the quarantine, 1 link. Add --confirm to do it.',
  );
  expect(told({ confirmed: true, steps: [{ ...step, outcome: 'failed', cause: 'it is full' }] })).toBe(
    'Brought back: 0 blobs from the quarantine, 0 links. Failed: 1, the first: it is full.',
  );
  expect(told({ confirmed: true, steps: [] })).toBe('Nothing that could be healed without a push.');
});
