import * as z from 'zod';
import { listOf, oneOf, section } from './containers.ts';
import { choice, count, duration, text, yesNo } from './leaves.ts';
import { repositoryGlob } from './names.ts';

const common = {
  name: text('steps', 'name').describe('Name in plans and reports.'),
  repositories: listOf(repositoryGlob(), "['team/*']", 1).describe(
    'Globs: `*` any run of characters within a part of the name, `**` over parts, `?` one character.',
  ),
};

const transient = z.strictObject({
  kind: z.literal('transient').describe('One tag a change, a step, a build: it goes when its record is done with it.'),
  ...common,
  whenNoRecord: choice(['keep', 'retire'])
    .prefault('keep')
    .describe('What becomes of a tag that no record is known for.'),
  noRecordMinAge: duration('72h')
    .exactOptional()
    .describe('With `retire`: how long such a tag must have stood on its present digest. Required there.'),
});

const retained = z.strictObject({
  kind: z
    .literal('retained')
    .describe(
      'Kept until their own rule says so: a tag goes when none of the rules given here keeps it. An active record always keeps.',
    ),
  ...common,
  keepYoungerThan: duration('30d').exactOptional().describe('Keep what is younger.'),
  keepNewest: count(5).exactOptional().describe('Keep this many of the newest tags of each repository.'),
  onlyWhenRecordInactive: yesNo()
    .prefault(false)
    .describe('Only an inactive record lets a tag go; the other rules can then but keep it longer.'),
});

const protectedClass = z.strictObject({
  kind: z.literal('protected').describe('Never touched.'),
  ...common,
});

export const classKinds = ['transient', 'retained', 'protected'] as const;

/** A class of repositories. What no class names is never touched. */
export const repositoryClass = oneOf('kind', classKinds, [transient, retained, protectedClass]);

export const reconcileSchema = section({
  classes: listOf(repositoryClass, "[{name: steps, kind: transient, repositories: ['team/*']}]")
    .prefault([])
    .describe('Classes of repositories; they may not overlap. What no class names is never touched, but reported.'),
  untagByOverwrite: yesNo()
    .prefault(false)
    .describe(
      'Where the registry deletes by digest only and a tag shares its digest with one that stays: push a unique tiny manifest over the tag, and delete that.',
    ),
});

export type ClassInput = z.output<typeof repositoryClass>;
