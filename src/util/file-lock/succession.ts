/** What the disk is asked while a lock is taken. Each call is one operation that nothing can cut in two. */
export interface LeaseDisk<Found extends Named> {
  /** Gives our claim the first name. False: the name is taken. */
  takeFirst(): Promise<boolean>;
  readFirst(): Promise<Found | undefined>;
  /** Gives our claim the name of the successor of `id`. False: the name is taken. */
  takeNext(id: string): Promise<boolean>;
  readNext(id: string): Promise<Found | undefined>;
  removeNext(id: string): Promise<void>;
  /** Puts our claim in the first place, whatever is there. */
  putFirst(): Promise<void>;
  /** Whether the holder of a claim is surely dead. Who is dead once is dead for ever. */
  isDead(found: Found): Promise<boolean>;
  /** What others left behind, and was not put there for us. */
  leftovers(): Promise<readonly string[]>;
  removeLeftover(name: string): Promise<void>;
}

interface Named {
  readonly id: string;
}

/**
 * Where an acquisition stands, and so what it does next. `dead`: the claims from the first on, each the successor of the
 * one before, all of them dead; never empty.
 */
export type Step<Found extends Named> =
  | { readonly at: 'take-first' }
  | { readonly at: 'read-first' }
  | { readonly at: 'judge'; readonly found: Found; readonly dead: readonly string[] }
  | { readonly at: 'take-next'; readonly dead: readonly string[] }
  | { readonly at: 'read-next'; readonly dead: readonly string[] }
  | { readonly at: 'verify'; readonly dead: readonly string[] }
  | { readonly at: 'put-first' }
  | { readonly at: 'withdraw'; readonly dead: readonly string[] }
  | { readonly at: 'refused'; readonly by: Found }
  /** Ours from here on. */
  | { readonly at: 'list-leftovers' }
  | { readonly at: 'sweep'; readonly leftovers: readonly string[] }
  | { readonly at: 'held' };

export const firstStep = { at: 'take-first' } as const;

/**
 * Does the next step of taking a lock, as `claim.ts` tells it: one operation on the disk. It is apart from the disk
 * so that a test can go through every order in which several processes can do their steps, and die between them.
 */
export async function advance<Found extends Named>(step: Step<Found>, disk: LeaseDisk<Found>): Promise<Step<Found>> {
  switch (step.at) {
    case 'take-first':
      return (await disk.takeFirst()) ? { at: 'list-leftovers' } : { at: 'read-first' };
    case 'read-first': {
      const found = await disk.readFirst();
      return found === undefined ? firstStep : { at: 'judge', found, dead: [] }; // absent: released meanwhile
    }
    case 'judge':
      return (await disk.isDead(step.found))
        ? { at: 'take-next', dead: [...step.dead, step.found.id] }
        : { at: 'refused', by: step.found };
    case 'take-next':
      return (await disk.takeNext(lastOf(step)))
        ? { at: 'verify', dead: step.dead }
        : { at: 'read-next', dead: step.dead };
    case 'read-next': {
      const found = await disk.readNext(lastOf(step));
      return found === undefined ? firstStep : { at: 'judge', found, dead: step.dead };
    }
    case 'verify': {
      const first = await disk.readFirst();
      // any of the dead will do: one may have put itself first after we read its predecessor there, and died then
      return first !== undefined && step.dead.includes(first.id)
        ? { at: 'put-first' }
        : { at: 'withdraw', dead: step.dead };
    }
    case 'put-first':
      await disk.putFirst();
      return { at: 'list-leftovers' };
    case 'withdraw':
      await disk.removeNext(lastOf(step));
      return firstStep;
    case 'list-leftovers':
      return { at: 'sweep', leftovers: await disk.leftovers() };
    case 'sweep': {
      const [name, ...leftovers] = step.leftovers;
      if (name === undefined) return { at: 'held' };
      await disk.removeLeftover(name);
      return { at: 'sweep', leftovers };
    }
    case 'refused':
    case 'held':
      return step;
  }
}

function lastOf(step: { readonly dead: readonly string[] }): string {
  const last = step.dead.at(-1);
  if (last === undefined) throw new Error('following a chain of claims: it is empty');
  return last;
}
