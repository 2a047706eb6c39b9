import * as z from 'zod';
import type { PlanDifference, PlanRow, PlanSums, SumOf } from '../../../../systems/history/contract.ts';
import { bytes, named, pageOf, whole } from '../named.ts';

export const actionSchema = named(
  'Action',
  z.strictObject({
    n: whole().describe('Its place in the plan, from 0'),
    verb: z.string(),
    group: z.string().describe('What belongs together: a repository, an image stream'),
    target: z.string(),
    reasonCode: z.string(),
    reason: z.string(),
    freesBytes: bytes(),
    outcome: z.string().exactOptional(),
    outcomeWhy: z.string().exactOptional(),
  }),
  'One action of a plan, and what became of it.',
) satisfies z.ZodType<PlanRow>;

export const actionPage = pageOf('ActionPage', actionSchema);

const sum = named(
  'Sum',
  z.strictObject({ key: z.string(), actions: whole(), freesBytes: bytes() }),
) satisfies z.ZodType<SumOf>;

export const sumsSchema = named(
  'PlanSums',
  z.strictObject({
    actions: whole(),
    freesBytes: bytes(),
    byVerb: z.array(sum),
    byReason: z.array(sum),
    byGroup: z.array(sum).describe('The 50 that free most'),
  }),
) satisfies z.ZodType<PlanSums>;

export const differenceSchema = named(
  'PlanDifference',
  z.strictObject({
    onlyInFirst: sum,
    onlyInSecond: sum,
    inBoth: sum,
    firstRows: z.array(actionSchema),
    secondRows: z.array(actionSchema),
  }),
  'What two plans have not in common, by target and verb.',
) satisfies z.ZodType<PlanDifference>;

/** Documents of the command line: their form is told where they are made. */
export const planHeaderSchema = named(
  'PlanHeader',
  z.record(z.string(), z.unknown()),
  'The first line of a plan document, as `winnow --plan-out` writes it.',
);

export const reportSchema = named('RunReport', z.unknown(), 'What the last process of the run printed with `-o json`.');

export const policyTestSchema = named('PolicyTest', z.unknown(), 'The document of `winnow policy test -o json`.');
