import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { DIGEST, HOST, NOON_MS, textOf } from '../../../test/support/report-examples.ts';
import { noPaint } from '../paint.ts';
import { type RepositoryRow, renderRepositories } from './repositories.ts';
import { renderTags, type TagRow } from './tags.ts';

const repositories: readonly RepositoryRow[] = [
  { repository: 'limepoint/agent', class: 'unknown', tagCount: 3 },
  { repository: 'opschain/app' },
];
const tags: readonly TagRow[] = [
  {
    tag: 'v1',
    digest: DIGEST,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    sizeBytes: 3_145_728,
    createdAtMs: NOON_MS,
    pushedAtMs: NOON_MS + 1000,
    record: 'record 4711 (已归档)',
  },
  { tag: 'broken_one', problem: 'its manifest could not be read: 500' },
];
const of = { registry: HOST, repository: 'opschain/app', hasRecords: true, gaps: [] };

describe('the list of repositories', () => {
  test('shows class and tags where they are known', () => {
    expect(textOf(renderRepositories(repositories, HOST, 'table', noPaint))).toBe(`\
REPOSITORY        CLASS
limepoint/agent   unknown
opschain/app      -`);
    expect(textOf(renderRepositories(repositories, HOST, 'wide', noPaint))).toBe(`\
REPOSITORY        CLASS     TAGS
limepoint/agent   unknown      3
opschain/app      -            -`);
  });

  test('is the same for programs in JSON and YAML', () => {
    const document = JSON.parse(textOf(renderRepositories(repositories, HOST, 'json', noPaint)));

    expect(document).toEqual({ apiVersion: 'winnow/v1', kind: 'RepositoryList', registry: HOST, items: repositories });
    expect(parse(textOf(renderRepositories(repositories, HOST, 'yaml', noPaint)))).toEqual(document);
  });

  test('says so when there are none', () => {
    expect(textOf(renderRepositories([], HOST, 'table', noPaint))).toBe('No repositories.');
    expect(textOf(renderRepositories([], HOST, 'markdown', noPaint))).toBe('No repositories.');
  });
});

describe('the list of tags', () => {
  test('shows what is known of each, and why not more', () => {
    expect(textOf(renderTags(tags, of, 'table', noPaint))).toBe(`\
TAG          DIGEST                                                                     SIZE   RECORD                 PROBLEM
v1           ${DIGEST}   3 MiB   record 4711 (已归档)
broken_one   -                                                                             -   -                      its manifest could not be read: 500`);
  });

  test('shows when images were made and pushed in wide', () => {
    expect(textOf(renderTags(tags, of, 'wide', noPaint))).toMatch(
      / CREATED +PUSHED +MEDIA TYPE +RECORD +PROBLEM\n.* 2026-08-01 12:00:00Z +2026-08-01 12:00:01Z /,
    );
  });

  test('has no column that could only be empty: without records, push times or problems', () => {
    const [{ pushedAtMs: _, record: __, ...plain }] = tags as readonly [TagRow];
    const titles = (format: 'table' | 'wide') =>
      textOf(renderTags([plain], { ...of, hasRecords: false }, format, noPaint)).split('\n', 1);

    expect(titles('table')).toEqual([expect.stringMatching(/^TAG +DIGEST +SIZE$/)]);
    expect(titles('wide')).toEqual([expect.stringMatching(/^TAG +DIGEST +SIZE +CREATED +MEDIA TYPE$/)]);
  });

  test('says what could not be seen, below', () => {
    const gap = { scope: HOST, hides: 'holds', source: 'records postgres', cause: 'it is down' } as const;
    const shown = { ...of, gaps: [gap] };

    expect(textOf(renderTags(tags, shown, 'table', noPaint))).toMatch(
      /\n\n! registry\.example:5000: who uses it could not be seen \(records postgres: it is down\)$/,
    );
    expect(JSON.parse(textOf(renderTags(tags, shown, 'json', noPaint))).gaps).toEqual([gap]);
  });

  test('has whole bytes and ISO times for programs', () => {
    const document = JSON.parse(textOf(renderTags(tags, of, 'json', noPaint)));

    expect(document.items).toEqual([
      {
        tag: 'v1',
        digest: DIGEST,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        sizeBytes: 3_145_728,
        createdAt: '2026-08-01T12:00:00.000Z',
        pushedAt: '2026-08-01T12:00:01.000Z',
        record: 'record 4711 (已归档)',
      },
      tags[1],
    ]);
    expect(document).toMatchObject({ kind: 'TagList', registry: HOST, repository: 'opschain/app' });
  });

  test('keeps names whole in Markdown', () => {
    expect(textOf(renderTags(tags, of, 'markdown', noPaint))).toContain('| `broken_one` | `-` |');
  });
});
