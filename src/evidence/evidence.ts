import type { Digest } from '../oci/digest.ts';
import { Growable } from '../util/pure/growable.ts';
import { type Claims, ClaimTable } from './claims.ts';
import type { Gap } from './gap.ts';
import type { ResourceId } from './resource.ts';
import { ResourceTable } from './resource-table.ts';
import { type About, type EdgeKind, edgeKinds, type Sink } from './sink.ts';

const edgeNumbers = new Map<EdgeKind, number>(edgeKinds.map((kind, number) => [kind, number]));

/** Edges as they were stated, in columns. `kinds[n]` is a position in {@link edgeKinds}. */
export interface Edges {
  readonly length: number;
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  readonly kinds: Uint8Array;
}

/** What one source said, in short. */
export interface SourceSummary {
  readonly source: string;
  /** UTC milliseconds: when its survey began. What happened later, it may not have seen. */
  readonly observedAtMs: number;
  readonly facts: {
    readonly exists: number;
    readonly refers: number;
    readonly holds: number;
    readonly retires: number;
  };
  readonly gaps: number;
}

/** All that was seen: facts in columns, by resource number, and the gaps. */
export interface Evidence {
  readonly resources: ResourceTable;
  readonly edges: Edges;
  readonly holds: Claims;
  readonly retires: Claims;
  readonly gaps: readonly Gap[];
  readonly sources: readonly SourceSummary[];
  exists(id: ResourceId): boolean;
  about(id: ResourceId): About;
  /** Zero where unknown: for sums. {@link about} tells unknown from zero. */
  sizeBytes(id: ResourceId): number;
}

/** Where evidence gathers: the {@link sink} that sources write into, and the {@link Evidence} that is read after. */
export interface Collection {
  readonly sink: Sink;
  readonly evidence: Evidence;
  /** Notes that a source is done, and what it said. */
  addSource(summary: SourceSummary): void;
}

export function collectEvidence(): Collection {
  const resources = new ResourceTable();
  const holds = new ClaimTable();
  const retires = new ClaimTable();
  const gaps: Gap[] = [];
  const sources: SourceSummary[] = [];
  const edges = new EdgeColumns();
  const things = new ThingColumns();

  const sink: Sink = {
    resource: (kind, scope, key) => resources.add(kind, scope, key),
    existing: (kind, scope, digests, sizes) => {
      const first = resources.addBlock(kind, scope, digests);
      things.stateAll(first, digests.size, sizes);
      return first;
    },
    exists: (resource, about) => things.state(resource, about),
    refers: (from, to, as) => edges.push(from, to, as),
    holds: (resource, by) => holds.add(resource, by),
    retires: (resource, by) => retires.add(resource, by),
    gap: (gap) => gaps.push(gap),
  };
  const evidence: Evidence = {
    resources,
    holds,
    retires,
    gaps,
    sources,
    get edges() {
      return edges.view();
    },
    exists: (id) => things.has(id),
    about: (id) => things.about(id),
    sizeBytes: (id) => things.sizeBytes(id),
  };
  return { sink, evidence, addSource: (summary) => void sources.push(summary) };
}

class EdgeColumns {
  readonly #from = new Growable((length) => new Uint32Array(length));
  readonly #to = new Growable((length) => new Uint32Array(length));
  readonly #kinds = new Growable((length) => new Uint8Array(length));

  get length(): number {
    return this.#from.length;
  }

  push(from: ResourceId, to: ResourceId, as: EdgeKind): void {
    this.#from.push(from);
    this.#to.push(to);
    this.#kinds.push(edgeNumbers.get(as) as number);
  }

  view(): Edges {
    return { length: this.length, from: this.#from.view(), to: this.#to.view(), kinds: this.#kinds.view() };
  }
}

const UNKNOWN = Number.NaN;
const timeFields = ['createdAtMs', 'pushedAtMs', 'lastUsedAtMs'] as const;

/** What is known of each thing that exists, in columns; a column that no source speaks of costs nothing. */
class ThingColumns {
  readonly #exists = new Growable((length) => new Uint8Array(length));
  readonly #numbers = new Map<keyof About, Growable<Float64Array>>();
  readonly #digests = new Map<ResourceId, Digest>();
  readonly #attributes = new Map<ResourceId, Readonly<Record<string, string>>>();

  state(resource: ResourceId, about: About): void {
    this.#exists.fillTo(resource + 1, 0);
    this.#exists.set(resource, 1);
    this.#note(resource, 'sizeBytes', about.sizeBytes);
    for (const field of timeFields) this.#note(resource, field, about[field]);
    if (about.digest !== undefined) this.#digests.set(resource, about.digest);
    if (about.attributes !== undefined) {
      const known = this.#attributes.get(resource);
      this.#attributes.set(resource, known === undefined ? about.attributes : { ...known, ...about.attributes });
    }
  }

  stateAll(first: ResourceId, count: number, sizes?: Float64Array): void {
    this.#exists.fillTo(first, 0);
    this.#exists.fillTo(first + count, 1);
    for (let n = 0; sizes !== undefined && n < count; n += 1) this.#note(first + n, 'sizeBytes', sizes[n]);
  }

  has(resource: ResourceId): boolean {
    return resource < this.#exists.length && this.#exists.get(resource) === 1;
  }

  sizeBytes(resource: ResourceId): number {
    return this.#known(resource, 'sizeBytes') ?? 0;
  }

  about(resource: ResourceId): About {
    const about: Record<string, unknown> = {};
    for (const field of ['sizeBytes', ...timeFields] as const) {
      const value = this.#known(resource, field);
      if (value !== undefined) about[field] = value;
    }
    const digest = this.#digests.get(resource);
    if (digest !== undefined) about['digest'] = digest;
    const attributes = this.#attributes.get(resource);
    if (attributes !== undefined) about['attributes'] = attributes;
    return about;
  }

  #note(resource: ResourceId, field: keyof About, value: number | undefined): void {
    if (value === undefined) return;
    let column = this.#numbers.get(field);
    if (column === undefined) {
      column = new Growable((length) => new Float64Array(length));
      this.#numbers.set(field, column);
    }
    column.fillTo(resource + 1, UNKNOWN);
    column.set(resource, value);
  }

  #known(resource: ResourceId, field: keyof About): number | undefined {
    const column = this.#numbers.get(field);
    const value = column !== undefined && resource < column.length ? column.get(resource) : UNKNOWN;
    return Number.isNaN(value) ? undefined : value;
  }
}
