import type { Base, Bases } from './bases.ts';
import { layersFor, platforms } from './bases.ts';
import type { Draft } from './draft.ts';
import { type ImageParts, type Layer, type Made, makeImage, makeIndex, makeLayer } from './image.ts';
import type { Random } from './random.ts';
import { recordStatuses } from './world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A repository that gets a tag for each piece of work. */
interface TransientPlan {
  readonly name: string;
  readonly tags: number;
  readonly base: keyof Bases;
  /** What a tag is called: `step-3f9a01c2`; with versions `network-v4`. */
  readonly prefix: readonly string[];
  readonly versions?: boolean;
  /** Every how many-th tag is an index over two platforms. */
  readonly indexEvery?: number;
  /** Its images are built on those of the changes. */
  readonly onChanges?: boolean;
}

const plans: readonly TransientPlan[] = [
  { name: 'opschain/change', tags: 58, base: 'runner', prefix: ['change'] },
  { name: 'opschain/step-runner', tags: 82, base: 'runner', prefix: ['step'], indexEvery: 8, onChanges: true },
  {
    name: 'opschain/template',
    tags: 24,
    base: 'alpine',
    prefix: ['soa-suite', 'weblogic', 'patching', 'network'],
    versions: true,
  },
  { name: 'opschain/agent-task', tags: 26, base: 'debian', prefix: ['task'] },
  {
    name: 'opschain/property-set',
    tags: 18,
    base: 'alpine',
    prefix: ['production', 'staging', 'test'],
    versions: true,
  },
  { name: 'opschain/workflow', tags: 16, base: 'java', prefix: ['run'], indexEvery: 5 },
];

/** An image of a transient repository, as special cases want to find it again. */
export interface Work {
  readonly repository: string;
  readonly tag: string;
  readonly made: Made;
  readonly status: 'active' | 'inactive' | 'none';
  readonly at: Date;
}

/** Half a year of work, oldest first: nearly all of it done with, the newest still under way, some of it without a record. */
export function addTransientRepositories(draft: Draft, bases: Bases): readonly Work[] {
  const changes: Layer[] = [];
  return plans.flatMap((plan) => {
    const random = draft.random(plan.name);
    const repository = draft.repository(plan.name, 'transient');
    return Array.from({ length: plan.tags }, (_, n): Work => {
      const tag = tagName(plan, n, random);
      const own = makeLayer(draft.shelf, random, tag, layerSize(random));
      if (plan.name === 'opschain/change') changes.push(own);
      const change = plan.onChanges ? changes[Math.floor((n / plan.tags) * changes.length)] : undefined;
      const created = createdAt(draft, n, plan.tags, random);
      const layers = change === undefined ? [own] : [change, own];
      const labels = { [`${plan.name.replace('/', '.')}`]: tag };
      const indexed = plan.indexEvery !== undefined && n % plan.indexEvery === plan.indexEvery - 1;
      const made = build(draft, bases[plan.base], { layers, created, labels }, indexed);
      const at = new Date(created.getTime() + random.int(10, 300) * 1000);
      repository.tag(tag, made, at);
      const status = statusOf(n / plan.tags, random);
      note(draft, plan.name, tag, status, at, random);
      return { repository: plan.name, tag, made, status, at };
    });
  });
}

function build(draft: Draft, base: Base, parts: ImageParts, indexed: boolean): Made {
  const one = (architecture: (typeof platforms)[number]) =>
    makeImage(draft.shelf, {
      ...parts,
      platform: architecture,
      layers: [...layersFor(base, architecture.architecture), ...parts.layers],
    });
  return indexed ? makeIndex(platforms.map(one)) : one(platforms[0]);
}

/** Most layers are little, a few are not: from 20 kB to 200 kB. */
function layerSize(random: Random): number {
  return Math.round(20_000 + 180_000 * random.fraction() ** 24);
}

function tagName({ prefix, versions = false }: TransientPlan, n: number, random: Random): string {
  const word = prefix[n % prefix.length];
  return versions ? `${word}-v${Math.floor(n / prefix.length) + 1}` : `${word}-${random.hex(8)}`;
}

/** From 180 days ago up to half an hour ago, denser towards the end. */
function createdAt(draft: Draft, n: number, count: number, random: Random): Date {
  const share = 1 - (n + random.fraction()) / count;
  return draft.ago(180 * DAY * share ** 1.3 + 30 * MINUTE);
}

/** @param share - how far in the half year, from 0 to 1. */
function statusOf(share: number, random: Random): Work['status'] {
  const chance = random.fraction();
  if (share >= 0.88) return 'active';
  if (chance < 0.05) return 'none';
  return chance < 0.09 ? 'active' : 'inactive';
}

function note(draft: Draft, repository: string, tag: string, status: Work['status'], at: Date, random: Random): void {
  if (status === 'none') return;
  const word = random.int(0, 2);
  if (status === 'active') {
    draft.record(repository, tag, recordStatuses.active[word] ?? 'running');
    return;
  }
  const finishedMs = Math.min(at.getTime() + random.int(1, 48) * HOUR, draft.now.getTime() - 10 * MINUTE);
  draft.record(repository, tag, recordStatuses.inactive[word] ?? 'success', new Date(finishedMs));
}
