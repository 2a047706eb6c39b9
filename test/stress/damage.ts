import { fsckStore } from '../../src/flows/fsck.ts';
import { damageKinds } from '../../src/graph/damage-kinds.ts';
import { openStore } from '../../src/systems/store/index.ts';

/** What `winnow fsck` finds on a storage, of what can't be pulled. */
export async function damageIn(folder: string): Promise<readonly string[]> {
  const { signal } = new AbortController();
  const store = await openStore({ kind: 'distribution-fs', dir: folder }, {}, signal);
  try {
    const { damage, unseen } = await fsckStore({ store, survey: {}, nowMs: Date.now }, signal);
    return [
      ...damage
        .filter(({ kind }) => damageKinds[kind].severity === 'broken')
        .map(
          ({ kind, repository, what, cause }) =>
            `${kind} ${repository} ${what}${cause === undefined ? '' : `: ${cause}`}`,
        ),
      ...unseen.map(({ scope, cause }) => `unseen ${scope}: ${cause}`),
    ];
  } finally {
    await store.close();
  }
}
