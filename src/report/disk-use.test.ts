import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { HOST, textOf } from '../../test/support/report-examples.ts';
import { collectEvidence } from '../evidence/evidence.ts';
import { buildGraph } from '../graph/graph.ts';
import { divideBytes } from '../graph/size.ts';
import { type DiskUse, renderDiskUse, totalBytes } from './disk-use.ts';
import { noPaint } from './paint.ts';

const MIB = 1_048_576;
const use: DiskUse = {
  registry: HOST,
  sharedBytes: 10 * MIB,
  repositories: [
    {
      repository: 'opschain/app',
      tagCount: 2,
      share: { uniqueBytes: 8 * MIB, sharedBytes: 10 * MIB },
      tags: [
        { tag: 'v1', share: { uniqueBytes: MIB, sharedBytes: 15 * MIB } },
        { tag: 'v2', share: { uniqueBytes: 2 * MIB, sharedBytes: 15 * MIB } },
      ],
    },
    { repository: 'opschain/base', tagCount: 1, share: { uniqueBytes: 0, sharedBytes: 10 * MIB } },
  ],
};

describe('disk use', () => {
  test('adds up: what each repository has alone, and once what several share', () => {
    expect(textOf(renderDiskUse(use, 'table', noPaint))).toBe(`\
REPOSITORY      WHAT                      UNIQUE   SHARED
opschain/app    2 tags                     8 MiB   10 MiB
opschain/app    :v1                        1 MiB   15 MiB
opschain/app    :v2                        2 MiB   15 MiB
opschain/app    shared by its tags         5 MiB
opschain/base   1 tag                        0 B   10 MiB
SHARED          by several repositories   10 MiB
TOTAL                                     18 MiB

UNIQUE goes when the line’s owner goes; of the repositories it adds up, with SHARED counted once, to the TOTAL.`);
  });

  test('is in whole bytes for programs, and the same in YAML', () => {
    const document = JSON.parse(textOf(renderDiskUse(use, 'json', noPaint)));

    expect(document).toEqual({
      apiVersion: 'winnow/v1',
      kind: 'DiskUse',
      registry: HOST,
      totalBytes: 18 * MIB,
      sharedBytes: 10 * MIB,
      repositories: [
        {
          repository: 'opschain/app',
          tagCount: 2,
          uniqueBytes: 8 * MIB,
          sharedBytes: 10 * MIB,
          sharedWithinBytes: 5 * MIB,
          tags: [
            { tag: 'v1', uniqueBytes: MIB, sharedBytes: 15 * MIB },
            { tag: 'v2', uniqueBytes: 2 * MIB, sharedBytes: 15 * MIB },
          ],
        },
        { repository: 'opschain/base', tagCount: 1, uniqueBytes: 0, sharedBytes: 10 * MIB },
      ],
    });
    expect(parse(textOf(renderDiskUse(use, 'yaml', noPaint)))).toEqual(document);
  });

  test('of nothing says so, and what could not be counted is told', () => {
    const text = textOf(
      renderDiskUse(
        { registry: HOST, repositories: [], sharedBytes: 0, unknown: 'the sizes of 3 manifests' },
        'table',
        noPaint,
      ),
    );

    expect(text).toBe('No repositories.\n! the sizes of 3 manifests');
  });

  test('has a Markdown form', () => {
    expect(textOf(renderDiskUse(use, 'markdown', noPaint))).toContain(
      '| REPOSITORY | WHAT | UNIQUE | SHARED |\n|---|---|---:|---:|\n| `opschain/app` | 2 tags | 8 MiB | 10 MiB |\n',
    );
  });
});

test('the lines of any registry add up to the bytes that its tags reach, each counted once', () => {
  // Tags of three repositories, each of which points at some of eight blobs.
  const world = fc.array(fc.tuple(fc.nat(2), fc.uniqueArray(fc.nat(7))), { minLength: 1, maxLength: 8 });
  const sizes = fc.array(fc.nat(1000), { minLength: 8, maxLength: 8 });

  fc.assert(
    fc.property(world, sizes, (tags, bytes) => {
      const { evidence, sink } = collectEvidence();
      const blobs = bytes.map((_, n) => sink.resource('blob', HOST, `b${n}`));
      const ids = tags.map(([repository, of], n) => {
        const tag = sink.resource('tag', `${HOST}/r${repository}`, `t${n}`);
        for (const blob of of) sink.refers(tag, blobs[blob]!, 'layer');
        return tag;
      });
      const graph = buildGraph(evidence.resources.size, evidence.edges);
      const bytesOf = (id: number) => bytes[blobs.indexOf(id)] ?? 0;
      const names = [...new Set(tags.map(([repository]) => repository))];
      const groups = names.map((name) => ids.filter((_, n) => tags[n]?.[0] === name));

      const byRepository = divideBytes(graph, groups, bytesOf);
      const byTag = divideBytes(
        graph,
        ids.map((id) => [id]),
        bytesOf,
      );
      const told: DiskUse = {
        registry: HOST,
        sharedBytes: byRepository.sharedBytes,
        repositories: names.map((name, n) => ({
          repository: `r${name}`,
          tagCount: groups[n]!.length,
          share: byRepository.shares[n]!,
          tags: ids.flatMap((_, t) => (tags[t]?.[0] === name ? [{ tag: `t${t}`, share: byTag.shares[t]! }] : [])),
        })),
      };

      const reached = new Set(tags.flatMap(([, of]) => of));
      const sum = [...reached].reduce((total, blob) => total + (bytes[blob] ?? 0), 0);
      expect(totalBytes(told)).toBe(sum);
      const { repositories, sharedBytes } = JSON.parse(textOf(renderDiskUse(told, 'json', noPaint)));
      let parts = sharedBytes;
      for (const one of repositories) {
        expect(one.sharedWithinBytes).toBeGreaterThanOrEqual(0);
        parts += one.sharedWithinBytes;
        for (const tag of one.tags) parts += tag.uniqueBytes;
      }
      expect(parts).toBe(sum);
    }),
  );
});
