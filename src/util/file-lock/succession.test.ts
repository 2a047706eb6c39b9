import { expect, test } from 'vitest';
import { advance, firstStep, type LeaseDisk, type Step } from './succession.ts';

/** A claim is its id; the process that made it is the number in it. `D…` are claims of processes that died before. */
type Found = { readonly id: string };

/** All that there is: the files, and where each process stands. */
interface World {
  readonly first: string | undefined;
  readonly next: Readonly<Record<string, string>>;
  readonly processes: readonly Process[];
  readonly killsLeft: number;
}

type Process = Step<Found> | { readonly at: 'waiting' | 'release' | 'done' | 'killed' };

const HOLDING: ReadonlySet<string> = new Set(['list-leftovers', 'sweep', 'held']);

const slowReader = { at: 'judge', found: { id: 'D0' }, dead: [] } as const;

test.each([
  ['is free', undefined, {}, undefined],
  ['is held by one who died', 'D0', {}, undefined],
  ['is held by one who died, as did its successor', 'D0', { D0: 'D1' }, undefined],
  ['is held by one who died before it could tidy up', 'D1', { D0: 'D1' }, undefined],
  ['is held by one who died, while somebody still looks at its predecessor', 'D1', { D0: 'D1' }, slowReader],
] as const)(
  'has one holder at most in every order of steps and deaths when it %s',
  async (_, first, next, begun) => {
    const processes: Process[] = [begun ?? { at: 'waiting' }, { at: 'waiting' }, { at: 'waiting' }];

    const { worldCount, everHeld } = await exploreAll({ first, next, processes, killsLeft: 3 });

    expect(worldCount).toBeGreaterThan(500);
    expect(everHeld).toEqual(new Set(processes.keys()));
  },
  60_000,
);

/** Goes through every world that can come of one. @throws at one with two holders, or in which a release removes another's lease */
async function exploreAll(start: World): Promise<{ worldCount: number; everHeld: Set<number> }> {
  const seen = new Set([keyOf(start)]);
  const open = [start];
  const everHeld = new Set<number>();
  for (let world = open.pop(); world !== undefined; world = open.pop()) {
    const holders = world.processes.flatMap((process, at) => (HOLDING.has(process.at) ? [at] : []));
    if (holders.length > 1) throw new Error(`two holders: ${keyOf(world)}`);
    for (const holder of holders) everHeld.add(holder);
    for (const after of await worldsAfter(world)) {
      const key = keyOf(after);
      if (seen.has(key)) continue;
      seen.add(key);
      open.push(after);
    }
  }
  return { worldCount: seen.size, everHeld };
}

async function worldsAfter(world: World): Promise<readonly World[]> {
  const worlds: World[] = [];
  const key = keyOf(world);
  for (const [at, process] of world.processes.entries()) {
    if (process.at === 'killed' || process.at === 'done') continue;
    if (process.at === 'waiting') {
      worlds.push(withProcess(world, at, firstStep));
      break; // they are all alike: it is enough that they come in the order of their numbers
    }
    // the death of a process of which nobody can know changes nothing
    if (world.killsLeft > 0 && key.includes(`"P${at}"`))
      worlds.push({ ...withProcess(world, at, { at: 'killed' }), killsLeft: world.killsLeft - 1 });
    worlds.push(await stepOf(world, at, process));
  }
  return worlds;
}

async function stepOf(world: World, at: number, process: Process): Promise<World> {
  if (process.at === 'held') return withProcess(world, at, { at: 'release' });
  if (process.at === 'release') {
    if (world.first !== `P${at}`) throw new Error(`a release removes another's lease: ${keyOf(world)}`);
    return { ...withProcess(world, at, { at: 'done' }), first: undefined };
  }
  const disk = new ModelDisk(world, at);
  const step = await advance(process as Step<Found>, disk);
  return {
    ...withProcess(world, at, step.at === 'refused' ? { at: 'done' } : step),
    first: disk.first,
    next: disk.next,
  };
}

function withProcess(world: World, at: number, process: Process): World {
  return { ...world, processes: world.processes.with(at, process) };
}

function keyOf(world: World): string {
  const next = Object.entries(world.next).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([world.first, next, world.processes, world.killsLeft]);
}

/** One process' view of a world, which it changes in a copy. */
class ModelDisk implements LeaseDisk<Found> {
  first: string | undefined;
  next: Record<string, string>;
  readonly #own: string;
  readonly #world: World;

  constructor(world: World, at: number) {
    this.first = world.first;
    this.next = { ...world.next };
    this.#own = `P${at}`;
    this.#world = world;
  }

  async takeFirst(): Promise<boolean> {
    if (this.first !== undefined) return false;
    this.first = this.#own;
    return true;
  }

  async readFirst(): Promise<Found | undefined> {
    return this.first === undefined ? undefined : { id: this.first };
  }

  async takeNext(id: string): Promise<boolean> {
    if (this.next[id] !== undefined) return false;
    this.next[id] = this.#own;
    return true;
  }

  async readNext(id: string): Promise<Found | undefined> {
    const next = this.next[id];
    return next === undefined ? undefined : { id: next };
  }

  async removeNext(id: string): Promise<void> {
    delete this.next[id];
  }

  async putFirst(): Promise<void> {
    this.first = this.#own;
  }

  async isDead({ id }: Found): Promise<boolean> {
    return id.startsWith('D') || this.#world.processes[Number(id.slice(1))]?.at === 'killed';
  }

  async leftovers(): Promise<readonly string[]> {
    return Object.keys(this.next)
      .filter((id) => id !== this.#own)
      .sort();
  }

  async removeLeftover(id: string): Promise<void> {
    delete this.next[id];
  }
}
