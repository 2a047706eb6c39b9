import type { Gap } from '../../evidence/gap.ts';
import type { ResourceId } from '../../evidence/resource.ts';
import type { Sink } from '../../evidence/sink.ts';

/** The registry that all suites speak of, and a digest. */
export const HOST = 'registry.example:5000';
export const DIGEST = `sha256:${'ab'.repeat(32)}`;

/** Facts as short lines, in the order in which they were stated. */
export interface RecordedFacts {
  readonly sink: Sink;
  readonly facts: readonly string[];
  readonly gaps: readonly Gap[];
}

/** A sink that writes down what it is told: `holds record orders|7: record 7 (active)`. */
export function recordFacts(): RecordedFacts {
  const facts: string[] = [];
  const gaps: Gap[] = [];
  const ids = new Map<string, ResourceId>();
  const names: string[] = [];
  const sink: Sink = {
    resource(kind, scope, key) {
      const name = `${kind} ${scope}|${key}`;
      const id = ids.get(name) ?? names.push(name) - 1;
      ids.set(name, id);
      return id;
    },
    existing: () => {
      throw new Error('records are stated one by one');
    },
    exists: (id) => facts.push(`exists ${names[id]}`),
    refers: (from, to, as) => facts.push(`refers ${names[from]} -> ${names[to]} as ${as}`),
    holds: (id, by) => facts.push(`holds ${names[id]}: ${by}`),
    retires: (id, by) => facts.push(`retires ${names[id]}: ${by}`),
    gap: (gap) => gaps.push(gap),
  };
  return { sink, facts, gaps };
}
