/** `broken`: something can't be pulled. `warning`: all that is there can be pulled, and yet it is not as it should be. */
export type Severity = 'broken' | 'warning';

/**
 * What puts it right. `link`, `restore`: Winnow itself, with `--repair`. `push`: only who has it, by pushing it again. `replace`: the same,
 * once the wrong data is out of the way. `hard-prune`: it is of no use to anybody, and goes with the next run. `remove`: its owner may
 * remove it, or push what it belongs to.
 */
export type Remedy = 'link' | 'restore' | 'push' | 'replace' | 'hard-prune' | 'remove';

interface KindOfDamage {
  readonly severity: Severity;
  readonly remedy: Remedy;
  readonly meaning: string;
}

/** All that can be wrong, the worst first. `docs/fsck.md` tells each. */
export const damageKinds = {
  'tag-without-manifest': {
    severity: 'broken',
    remedy: 'push',
    meaning: 'the tag stands for a manifest that its repository does not have',
  },
  'tag-unreadable': { severity: 'broken', remedy: 'push', meaning: 'nothing tells what the tag stands for' },
  'manifest-without-data': { severity: 'broken', remedy: 'push', meaning: 'the data of the manifest is not there' },
  'manifest-unreadable': { severity: 'broken', remedy: 'push', meaning: 'what lies there is not the manifest' },
  'data-hidden': {
    severity: 'broken',
    remedy: 'restore',
    meaning: 'the data lies in the quarantine, and is needed',
  },
  'blob-without-data': { severity: 'broken', remedy: 'push', meaning: 'the data of a config or layer is not there' },
  'link-missing': {
    severity: 'broken',
    remedy: 'link',
    meaning: 'the data is there, and the repository has no link to it',
  },
  'link-empty': {
    severity: 'broken',
    remedy: 'link',
    meaning: 'the data is there, and the link of the repository to it says nothing',
  },
  'wrong-content': {
    severity: 'broken',
    remedy: 'replace',
    meaning: 'the data is not what its digest says',
  },
  'index-without-children': {
    severity: 'broken',
    remedy: 'push',
    meaning: 'the repository has none of the manifests that the index lists',
  },
  'child-missing': {
    severity: 'warning',
    remedy: 'push',
    meaning: 'the repository has not all manifests that the index lists: some platforms can not be pulled',
  },
  'subject-missing': {
    severity: 'warning',
    remedy: 'remove',
    meaning: 'what it was attached to (a signature, an SBOM) is not in the repository',
  },
  'link-idle': {
    severity: 'warning',
    remedy: 'hard-prune',
    meaning: 'a link that leads to no data, or says nothing; no manifest needs it',
  },
  'wrong-content-unneeded': {
    severity: 'warning',
    remedy: 'hard-prune',
    meaning: 'the data is not what its digest says; no manifest needs it',
  },
} as const satisfies Readonly<Record<string, KindOfDamage>>;

export type DamageKind = keyof typeof damageKinds;

/** One thing that is wrong, once for each repository that suffers by it. */
export interface Damage {
  readonly kind: DamageKind;
  /** Empty where it is no single repository's. */
  readonly repository: string;
  /** What is wrong: a digest, or the name of a tag. */
  readonly what: string;
  /** What the tag stands for, or what of it could not be read; why. In words. */
  readonly cause?: string;
  /** Digests of manifests of the repository that need it. Sorted. */
  readonly neededBy: readonly string[];
  /** Tags of the repository that lead to it: what can't be pulled whole. Sorted. */
  readonly tags: readonly string[];
}

/** Equal for the same damage seen twice. */
export function damageKey({ kind, repository, what }: Damage): string {
  return `${kind} ${repository} ${what}`;
}

const ranks = Object.keys(damageKinds);

/** The worst first, then by repository, then by what it is. */
export function compareDamage(a: Damage, b: Damage): number {
  return (
    ranks.indexOf(a.kind) - ranks.indexOf(b.kind) || compare(a.repository, b.repository) || compare(a.what, b.what)
  );
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
