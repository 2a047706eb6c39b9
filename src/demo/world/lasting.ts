import { type Base, type Bases, layersFor, platforms } from './bases.ts';
import type { Draft } from './draft.ts';
import { type Made, makeImage, makeIndex, makeLayer } from './image.ts';
import type { WorldClass } from './world.ts';

const DAY = 86_400_000;

/** A repository whose tags are versions. */
interface LastingPlan {
  readonly name: string;
  readonly class: WorldClass;
  readonly base: keyof Bases;
  /** Oldest first. */
  readonly versions: readonly string[];
  readonly multiArch?: boolean;
  /** `latest` has stood for every version in turn. */
  readonly latest?: boolean;
}

const plans: readonly LastingPlan[] = [
  {
    name: 'agents/terraform',
    class: 'retained',
    base: 'alpine',
    versions: numbered('1', 5, 9),
    multiArch: true,
    latest: true,
  },
  { name: 'agents/ansible', class: 'retained', base: 'debian', versions: numbered('11', 0, 8), latest: true },
  { name: 'agents/java-build', class: 'retained', base: 'java', versions: numbered('21', 0, 6) },
  { name: 'agents/database', class: 'retained', base: 'debian', versions: numbered('19', 20, 6), latest: true },
  {
    name: 'limepoint/opschain-runner-enterprise',
    class: 'protected',
    base: 'runner',
    versions: dated(8),
    multiArch: true,
  },
  { name: 'limepoint/opschain-runner', class: 'protected', base: 'runner', versions: dated(6) },
  { name: 'limepoint/opschain-api', class: 'protected', base: 'debian', versions: dated(5) },
  { name: 'limepoint/base', class: 'protected', base: 'debian', versions: ['bullseye', 'bookworm', 'trixie'] },
  {
    name: 'sandbox/experiments',
    class: 'unknown',
    base: 'alpine',
    versions: ['friday', 'gpu-test', 'julia', 'do-not-delete', 'tmp'],
  },
];

/** The newest image of each lasting repository, by the repository's name. */
export type Newest = ReadonlyMap<string, Made>;

/** Agents, seed images and the folder that belongs to nobody: what a reconciler has no business with. */
export function addLastingRepositories(draft: Draft, bases: Bases): Newest {
  const newest = new Map<string, Made>();
  for (const plan of plans) {
    const random = draft.random(plan.name);
    const repository = draft.repository(plan.name, plan.class);
    plan.versions.forEach((version, n) => {
      const own = makeLayer(
        draft.shelf,
        random,
        `${plan.name.replace('/', '-')}-${version}`,
        random.int(20, 50) * 1000,
      );
      const age = 1 - (n + random.fraction()) / plan.versions.length;
      const at = draft.ago(170 * DAY * age + 2 * DAY);
      const made = imageOf(draft, plan, bases[plan.base], own, at);
      repository.tag(version, made, at);
      if (plan.latest) repository.tag('latest', made, at);
      newest.set(plan.name, made);
    });
  }
  return newest;
}

function imageOf(draft: Draft, plan: LastingPlan, base: Base, own: ReturnType<typeof makeLayer>, created: Date): Made {
  const one = (platform: (typeof platforms)[number]) =>
    makeImage(draft.shelf, { layers: [...layersFor(base, platform.architecture), own], created, platform });
  return plan.multiArch ? makeIndex(platforms.map(one)) : one(platforms[0]);
}

function numbered(major: string, from: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `${major}.${from + n}`);
}

function dated(count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `2026.${String(n + 1).padStart(2, '0')}`);
}
