import type * as z from 'zod';
import { listOf, mapWith } from './containers.ts';
import { count, duration, size, text } from './leaves.ts';
import { repositoryGlob } from './names.ts';
import {
  ageSetting,
  attributeNames,
  conditions,
  keyAndValue,
  newestSetting,
  tagPatterns,
} from './retention-condition.ts';

const keep = {
  keepYoungerThan: ageSetting()
    .exactOptional()
    .describe('Keep what is younger, by its push; or `{age: 30d, by: created}`, `{age: 30d, by: tagged}`.'),
  keepTagRevisions: count(3)
    .exactOptional()
    .describe(
      'Keep so many of the newest images of each tag, its present one counted, as Winnow saw them. Beside rules that delete, it keeps no tag by itself, only what tags have left behind.',
    ),
  keepNewest: newestSetting()
    .exactOptional()
    .describe(
      'Keep so many of the newest images of each repository, by their push; or `{count: 3, by: semver, ofEach: minor}`, `{count: 10, by: created, among: [build-*]}`.',
    ),
  keepMatching: tagPatterns()
    .exactOptional()
    .describe('Keep tags of these names: globs, or expressions between slashes, for the whole name.'),
  keepPulledWithin: duration('90d').exactOptional().describe('Keep what was pulled in that time.'),
  keepLabels: listOf(keyAndValue('keep'), "[keep, 'stage=prod*']", 1)
    .exactOptional()
    .describe('Keep images with one of these labels, of any value or of one that a glob fits.'),
  keepAnnotations: listOf(keyAndValue('org.example.keep'), '[org.example.keep]', 1)
    .exactOptional()
    .describe('The same for annotations of the manifest or index.'),
  keep: conditions().exactOptional().describe('Keep what meets any of these [conditions](policies.md#conditions).'),
};

const remove = {
  deleteMatching: tagPatterns().exactOptional().describe('Delete tags of these names.'),
  deleteLargerThan: size('5Gi').exactOptional().describe('Delete images that are larger, all platforms together.'),
  deleteExpired: attributeNames()
    .exactOptional()
    .describe(
      'Delete images of which one of these labels or annotations says that their time is over: a date, or a duration since the push. Labels are inherited from base images.',
    ),
  delete: conditions().exactOptional().describe('Delete what meets any of these [conditions](policies.md#conditions).'),
  untaggedAfter: duration('7d')
    .exactOptional()
    .describe('Delete manifests to which no tag has led for so long. Default: they are judged by the other rules.'),
};

/** What becomes of the tags of some repositories. */
export const prunePolicy = mapWith({
  name: text('builds', 'name').describe('Name in plans and reports.'),
  repositories: listOf(repositoryGlob(), "['team/*']", 1).describe(
    'Globs: `*` any run of characters within a part of the name, `**` over parts, `?` one character. The first policy that names a repository holds for it.',
  ),
  ...keep,
  ...remove,
});

export const prunePoliciesSchema = listOf(prunePolicy, "[{name: builds, repositories: ['team/*'], keepNewest: 10}]");

export type PrunePolicyInput = z.output<typeof prunePolicy>;
