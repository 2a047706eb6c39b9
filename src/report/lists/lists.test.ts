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
const of = { registry: HOST, repository: 'opschain/app' };

describe('the list of repositories', () => {
  test('shows class and tags where they are known', () => {
    expect(textOf(renderRepositories(repositories, HOST, 'table', noPaint))).toBe(`\
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
TAG          DIGEST                                                                     SIZE   CREATED                RECORD
v1           ${DIGEST}   3 MiB   2026-08-01 12:00:00Z   record 4711 (已归档)
broken_one   -                                                                             -   -                      its manifest could not be read: 500`);
  });

  test('shows more in wide', () => {
    expect(textOf(renderTags(tags, of, 'wide', noPaint))).toMatch(
      / PUSHED +MEDIA TYPE +RECORD\n.* 2026-08-01 12:00:01Z /,
    );
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
