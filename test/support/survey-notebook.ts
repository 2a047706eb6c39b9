import type { Gap } from '../../src/evidence/gap.ts';
import type { ResourceId } from '../../src/evidence/resource.ts';
import type { About, Sink } from '../../src/evidence/sink.ts';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import type { Capabilities } from '../../src/systems/registry/contract.ts';
import { createMemoryRegistry, type MemoryRegistry } from '../../src/systems/registry/memory/registry.ts';
import { registrySource, type SurveyOptions } from '../../src/systems/registry/survey.ts';

/** Things in a {@link Notebook}: `a:v1` a tag, `a@A` a manifest, `blob B`, `repository a`. */
export const TAG = /^[^@ ]+:/;
export const MANIFEST = /^[^ ]+@/;

/** What a survey said, in short words, without the host. */
export interface Notebook {
  readonly sink: Sink;
  readonly exists: ReadonlyMap<string, About>;
  /** `a:v1 -tag-> a@A`. */
  readonly refers: ReadonlySet<string>;
  /** By thing: the last reason. */
  readonly holds: ReadonlyMap<string, string>;
  readonly gaps: readonly Gap[];
  /** Things that exist and fit, sorted. */
  of(kind: RegExp): readonly string[];
}

/** @param names - what digests are called; others stand as they are */
export function openNotebook(names: Readonly<Record<string, Descriptor | undefined>>): Notebook {
  const short = new Map(Object.entries(names).map(([name, one]) => [one?.digest as string, name]));
  const things: string[] = [];
  const exists = new Map<string, About>();
  const refers = new Set<string>();
  const holds = new Map<string, string>();
  const gaps: Gap[] = [];
  const wordOf = (id: ResourceId) => things[id] as string;
  const sink: Sink = {
    resource: (kind, scope, key) => {
      const where = scope.replace(/^registry\.test\/?/, '');
      const name = short.get(key) ?? key;
      const thing = kind === 'tag' ? `${where}:${name}` : kind === 'manifest' ? `${where}@${name}` : `${kind} ${name}`;
      if (!things.includes(thing)) things.push(thing);
      return things.indexOf(thing) as ResourceId;
    },
    existing: () => {
      throw new Error('a registry states its things one by one');
    },
    exists: (id, about) => void exists.set(wordOf(id), { ...exists.get(wordOf(id)), ...about }),
    refers: (from, to, as) => void refers.add(`${wordOf(from)} -${as}-> ${wordOf(to)}`),
    holds: (id, by) => void holds.set(wordOf(id), by),
    retires: () => {
      throw new Error('a registry retires nothing');
    },
    gap: (gap) => void gaps.push(gap),
  };
  return {
    sink,
    exists,
    refers,
    holds,
    gaps,
    of: (kind) => [...exists.keys()].filter((thing) => kind.test(thing)).sort(),
  };
}

/** A registry in memory at `registry.test`, its world and its script. Default: without a Referrers API. */
export function openWorld(capabilities: Partial<Capabilities> = { referrersApi: false }) {
  const registry = createMemoryRegistry({ capabilities });
  return { registry, world: registry.world, script: registry.script };
}

/** Surveys it into a notebook. */
export async function surveyInto(
  registry: MemoryRegistry,
  names: Readonly<Record<string, Descriptor | undefined>> = {},
  options: SurveyOptions = {},
): Promise<Notebook> {
  const notes = openNotebook(names);
  await registrySource(registry, options).survey(notes.sink, new AbortController().signal);
  return notes;
}
