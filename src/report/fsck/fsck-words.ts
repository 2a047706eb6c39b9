import { type Damage, damageKinds, type Remedy } from '../../graph/damage-kinds.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import type { Fact } from '../fact-lines.ts';
import { counted } from '../words.ts';
import type { FsckFindings, Repair } from './findings.ts';

/** What heals it, for a table's cell. */
export const remedyWords: Readonly<Record<Remedy, string>> = {
  link: 'fsck --repair writes the link',
  restore: 'fsck --repair brings it back',
  push: 'push again',
  replace: 'remove the data, push again',
  'hard-prune': 'hard-prune removes it',
  remove: 'remove it, or push what it belongs to',
};

/** How much is wrong. */
export interface FsckSums {
  readonly broken: number;
  readonly warnings: number;
  /** Tags that lead to something broken: what can not be pulled, or not whole. */
  readonly brokenTags: number;
}

export function sumsOf(damage: readonly Damage[]): FsckSums {
  const tags = new Set<string>();
  let broken = 0;
  for (const one of damage) {
    if (!isBroken(one)) continue;
    broken += 1;
    for (const tag of one.tags) tags.add(`${one.repository}:${tag}`);
  }
  return { broken, warnings: damage.length - broken, brokenTags: tags.size };
}

export function isBroken({ kind }: Damage): boolean {
  return damageKinds[kind].severity === 'broken';
}

/** Images that only who has them can heal, by pushing them: by tag, and by digest where no tag leads to it. Sorted. */
export function toBePushed(damage: readonly Damage[]): readonly string[] {
  const images = new Set<string>();
  for (const one of damage) {
    const { remedy } = damageKinds[one.kind];
    if (!isBroken(one) || (remedy !== 'push' && remedy !== 'replace')) continue;
    for (const tag of one.tags) images.add(`${one.repository}:${tag}`);
    if (one.tags.length === 0) for (const digest of one.neededBy) images.add(`${one.repository}@${digest}`);
  }
  return [...images].sort();
}

/** What was looked at, and what came of it. */
export function fsckFacts({ system, place, counts, damage, unseen }: FsckFindings): readonly Fact[] {
  const { repositories, tags, manifests, blobs, notUnderstood, verifiedBlobs, verifiedBytes } = counts;
  const things = [counted(repositories, 'repository'), counted(tags, 'tag'), counted(manifests, 'manifest')];
  const verified =
    verifiedBlobs === undefined ? undefined : `${counted(verifiedBlobs, 'blob')}, ${formatBytes(verifiedBytes ?? 0)}`;
  return [
    [system === 'store' ? 'Store' : 'Registry', place],
    ['Holds', `${things.join(', ')}, ${counted(blobs, 'blob')}`],
    ['Verified', verified],
    [
      'Unknown',
      notUnderstood === 0
        ? undefined
        : `${counted(notUnderstood, 'manifest')} of a type that is not understood: what they need was not looked for`,
    ],
    ['Result', resultInWords(sumsOf(damage), unseen.length, system)],
    ['Not seen', system === 'registry' ? `${outOfSight.join('; ')}: fsck --store looks there` : undefined],
  ];
}

/** What nobody can see who asks the registry alone. */
export const outOfSight: readonly string[] = [
  'blobs that are gone from the storage while the registry remembers them in a cache',
  'manifests without a tag',
];

function resultInWords(
  { broken, warnings, brokenTags }: FsckSums,
  unseen: number,
  system: FsckFindings['system'],
): string {
  const parts = [
    broken === 0 ? undefined : `${broken} broken (${counted(brokenTags, 'tag')} can not be pulled whole)`,
    warnings === 0 ? undefined : counted(warnings, 'warning'),
    unseen === 0 ? undefined : `${counted(unseen, 'thing')} could not be looked at`,
  ].filter((part) => part !== undefined);
  if (parts.length > 0) return parts.join(', ');
  return system === 'store' ? 'all is whole' : 'all is whole, as far as the registry says';
}

/** What was healed, in one line. */
export function repairInWords({ confirmed, steps }: Repair): string {
  const count = (what: 'restore' | 'link', outcome: string) =>
    steps.filter((step) => step.do === what && step.outcome === outcome).length;
  if (steps.length === 0) return 'Nothing that could be healed without a push.';
  const said = (outcome: string) =>
    `${counted(count('restore', outcome), 'blob')} from the quarantine, ${counted(count('link', outcome), 'link')}`;
  if (!confirmed) return `Would bring back: ${said('planned')}. Add --confirm to do it.`;
  const failed = steps.filter(({ outcome }) => outcome === 'failed');
  const first = failed[0]?.cause;
  const more =
    failed.length === 0 ? '' : ` Failed: ${failed.length}${first === undefined ? '' : `, the first: ${first}`}.`;
  return `Brought back: ${said('done')}.${more}`;
}
