import { z } from 'zod';
import { duration } from '../../src/config/schema/leaves.ts';
import { prunePoliciesSchema } from '../../src/config/schema/prune-policies.ts';
import { toPrunePolicies } from '../../src/config/to-prune-policy.ts';
import type { BadReference } from '../../src/evidence/bad-reference.ts';
import type { Evidence } from '../../src/evidence/evidence.ts';
import { linkReferences } from '../../src/evidence/link-references.ts';
import { linkReferrerTags } from '../../src/evidence/link-referrer-tags.ts';
import { formatResource } from '../../src/evidence/resource.ts';
import type { Sink } from '../../src/evidence/sink.ts';
import type { PrunePolicy } from '../../src/policy/retention/policy.ts';
import type { View } from '../../src/policy/view.ts';
import { DAY_MS, digestOf, HOST, NOW_MS } from './letters.ts';

const days = z.record(z.string(), z.number()).default({});

/** What stories of `prune` tell besides. Tags are named like `app:v1`; `@A` in a reference is the manifest A. */
export const pruneParts = {
  /** As in the settings. */
  policies: prunePoliciesSchema.prefault([]),
  minAge: duration('24h').prefault('0'),
  workloads: z
    .array(
      z.strictObject({
        name: z.string(),
        uses: z.array(z.string()),
        /** It has ended, so many days after it was made. */
        endedDaysAgo: z.number().optional(),
      }),
    )
    .default([]),
  keepIndexOfUsedChild: z.boolean().default(true),
  aliases: z.array(z.strictObject({ name: z.string(), is: z.string() })).default([]),
  badReferences: z.enum(['protect', 'ignore']).default('protect'),
  pushedDaysAgo: days,
  pulledDaysAgo: days,
  pullsKnownForDays: z.number().optional(),
  /** A tag's digests, newest first, and how many days ago it came on each. Given for any tag, all are remembered. */
  history: z.record(z.string(), z.array(z.tuple([z.string(), z.number()]))).optional(),
};

export type PruneParts = z.output<z.ZodObject<typeof pruneParts>>;

export function policyIn({ policies, minAge }: PruneParts): PrunePolicy {
  return { policies: toPrunePolicies(policies), minAgeMs: minAge };
}

/** States who uses what, and joins it with the registry. @returns the names that can't be read */
export function stateUses(parts: PruneParts, sink: Sink, evidence: Evidence): readonly BadReference[] {
  for (const { name, uses, endedDaysAgo } of parts.workloads) {
    const workload = sink.resource('workload', 'prod/shop', name);
    if (endedDaysAgo === undefined) sink.holds(workload, `${name} (Running)`);
    sink.exists(workload, endedDaysAgo === undefined ? {} : { createdAtMs: NOW_MS - endedDaysAgo * DAY_MS });
    for (const one of uses) {
      const text = one.replace(/@([A-Z])$/, (_, letter: string) => `@${digestOf(letter)}`);
      sink.refers(workload, sink.resource('image-reference', '', text), 'uses');
    }
  }
  linkReferrerTags(evidence, sink);
  return linkReferences(evidence, sink, {
    ownHost: HOST,
    keepIndexOfUsedChild: parts.keepIndexOfUsedChild,
    ...{ aliases: parts.aliases, defaultRegistries: ['docker.io'], bad: parts.badReferences },
  });
}

export function remembered(
  { history, pullsKnownForDays }: PruneParts,
  { resources }: Evidence,
): Pick<View, 'tagHistory' | 'pullsKnownSinceMs'> {
  const known = pullsKnownForDays === undefined ? undefined : NOW_MS - pullsKnownForDays * DAY_MS;
  const historyOf = (tag: number) =>
    (history?.[formatResource(resources.at(tag)).slice(HOST.length + 1)] ?? []).map(([letter, ago]) => ({
      digest: digestOf(letter),
      sinceMs: NOW_MS - ago * DAY_MS,
    }));
  return {
    ...(history !== undefined && { tagHistory: historyOf }),
    ...(known !== undefined && { pullsKnownSinceMs: () => known }),
  };
}
