import type { z } from 'zod';
import { patternFault } from '../../policy/tag-records.ts';
import { complaint } from './complaint.ts';
import { listOf, mapWith } from './containers.ts';
import { checkedText, text } from './leaves.ts';
import { repositoryGlob } from './names.ts';

/** A rule of `tagRecords`. Its template is checked against the pattern in `checks/records.ts`. */
export const tagRecordRule = mapWith({
  repositories: listOf(repositoryGlob(), "['team/*']", 1).describe(
    'Globs of the repositories whose tags it speaks of.',
  ),
  pattern: checkedText('pattern', '(?<change>[0-9a-f]{8})-step-(?<step>\\d+)', (pattern) => {
    const fault = patternFault(pattern);
    const hint = 'write it in RE2 syntax: groups are (?<name>…), and there is no looking ahead or behind';
    return fault === undefined ? undefined : complaint(fault, hint);
  }).describe(
    'Pattern in [RE2 syntax](https://github.com/google/re2/wiki/Syntax) that matches the whole tag, with named groups.',
  ),
  record: text('{change}/{step}', 'template').describe(
    "The record's id. `{group}` stands for what the group matched, `{tag}` and `{repository}` for themselves.",
  ),
  source: text('changes', 'name').exactOptional().describe('Name of the record source. Default: all of them.'),
});

export const tagRecordsSchema = listOf(
  tagRecordRule,
  "[{repositories: ['team/*'], pattern: '(?<id>.*)', record: '{id}'}]",
);

export type TagRecordInput = z.output<typeof tagRecordRule>;
