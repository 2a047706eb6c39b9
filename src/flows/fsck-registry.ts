import type { Gap } from '../evidence/gap.ts';
import type { Source } from '../evidence/sink.ts';
import { findDamage } from '../graph/damage.ts';
import { compareDamage, type Damage, damageKey } from '../graph/damage-kinds.ts';
import type { FsckFindings } from '../report/fsck/findings.ts';
import { foreignParts, onlyOwn, remembered } from './foreign-parts.ts';
import { sightCounts } from './fsck-counts.ts';
import { type RegistryLookInput, type RegistryUnderCheck, registryUnderCheck } from './registry-under-check.ts';
import { gapsNotTold } from './unseen.ts';

export interface FsckRegistryInput extends RegistryLookInput {
  /** Looks at the whole registry, or at some repositories. */
  readonly sourceOf: (repositories?: readonly string[]) => Source;
}

/**
 * Looks for damage through the API of any registry: everything that tags lead to is asked for, each blob once for each repository that needs
 * it. Repositories in which something was found are looked at a second time, and what is told is what was found both times.
 *
 * Manifests to which no tag leads are not seen: registries do not list them.
 */
export async function fsckRegistry(input: FsckRegistryInput, signal: AbortSignal): Promise<FsckFindings> {
  const { registry, sourceOf } = input;
  const first = await registryUnderCheck(input, sourceOf(), signal);
  const found = findDamage(first.view);
  const damage = found.length === 0 ? found : await foundAgain(input, found, signal);
  return {
    system: 'registry',
    place: registry.host,
    counts: sightCounts(first.evidence),
    damage,
    unseen: unseenIn(first, found, registry.host),
  };
}

async function foundAgain(
  input: FsckRegistryInput,
  found: readonly Damage[],
  signal: AbortSignal,
): Promise<readonly Damage[]> {
  const { registry } = input;
  const repositories = [...new Set(found.map(({ repository }) => repository))];
  const second = await registryUnderCheck(input, input.sourceOf(repositories), signal);
  const before = new Set(found.map(damageKey));
  const both = findDamage(second.view).filter((one) => before.has(damageKey(one)));
  const foreignIn = remembered(async (key) => {
    const [repository = '', digest = ''] = key.split(' ');
    return foreignParts((await registry.manifest(repository, digest, signal))?.bytes);
  });
  const own = await onlyOwn(both, (repository, manifest) => foreignIn(`${repository} ${manifest}`));
  return [...own].sort(compareDamage);
}

/** What was damage at first and is none any more is not unseen, either. */
function unseenIn(
  { evidence, notAnswered }: RegistryUnderCheck,
  found: readonly Damage[],
  host: string,
): readonly Gap[] {
  return [...gapsNotTold(evidence.gaps, found, host), ...notAnswered];
}
