import type { ResourceId } from '../../../evidence/resource.ts';
import type { Sink } from '../../../evidence/sink.ts';
import type { KubeObject, UsesOptions } from '../contract.ts';
import { searchPodSpecs } from './controller-revision.ts';
import { extractorReaders } from './extractors/readers.ts';
import { objectTimeMs } from './image-api/object-time.ts';
import { fieldsOf, isAbsent, type ObjectWords, type UseReader, type UseSink } from './image-use.ts';
import { groupOf, usageKindOf } from './kinds.ts';

/** Whose uses are stated. */
export interface UsesOf {
  /** Scopes of its workloads begin with it. */
  readonly name: string;
  /** What a part that can't be read hides holds of. */
  readonly mayHold: readonly string[];
  /** Objects of unknown kinds are searched for pod specs. That takes who reads them all, and not only those that are known. */
  readonly searchesUnknown?: boolean;
}

/** Takes objects one by one, in any order, and states what images they use. */
export interface UseStatements {
  /**
   * States what an object uses. It needs its `apiVersion` and `kind`, which objects in lists of the API lack.
   *
   * @returns whether it is of a kind that is read for uses.
   */
  object(object: KubeObject): boolean;
}

const PROGRESS_EVERY = 1000;
const NAMED_PLACES = 3;
const DEEPEST = 8;

/** States uses of images, as the contract at {@link Cluster} says. */
export function stateUses(sink: Sink, cluster: UsesOf, options: UsesOptions): UseStatements {
  const extractors = extractorReaders(options.extractors);
  const readersOf = (object: KubeObject): readonly UseReader[] => {
    const known = options.leaveOut?.includes(object.kind ?? '') === true ? undefined : usageKindOf(object);
    const extracted = extractors(groupOf(object), object);
    return known === undefined ? extracted : [known.read, ...extracted];
  };
  let count = 0;
  return {
    object: (object) => {
      count += 1;
      if (count % PROGRESS_EVERY === 0) options.onProgress?.(count);
      const readers = readersOf(object);
      if (readers.length > 0) stateObject(sink, cluster, object, readers, readersOf);
      else if (cluster.searchesUnknown === true) stateObject(sink, cluster, object, [readUnknown], readersOf);
      return readers.length > 0;
    },
  };
}

const readUnknown: UseReader = (object, say) => {
  searchPodSpecs(object, say);
  return undefined;
};

function stateObject(
  sink: Sink,
  cluster: UsesOf,
  object: KubeObject,
  readers: readonly UseReader[],
  readersOf: (object: KubeObject) => readonly UseReader[],
): void {
  const found = new Found();
  const words: ObjectWords = {};
  for (const read of readers) Object.assign(words, read(object, found.within(readersOf, DEEPEST)));
  const { kind = '', metadata } = object;
  const namespace = textOf(metadata?.namespace);
  const name = textOf(metadata?.name) || `${textOf(metadata?.['generateName' as 'name'])}*`;
  const title = words.title ?? `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
  for (const cause of found.unreadable)
    for (const scope of cluster.mayHold)
      sink.gap({ scope, hides: 'holds', source: `cluster ${cluster.name}`, cause: `reading ${title}: ${cause}` });
  if (found.references.size === 0) return;

  const workload = sink.resource(
    'workload',
    namespace === '' ? cluster.name : `${cluster.name}/${namespace}`,
    `${kind}/${name}`,
  );
  const createdAtMs = objectTimeMs(metadata?.creationTimestamp);
  sink.exists(workload, createdAtMs === undefined ? {} : { createdAtMs });
  stateReferences(sink, workload, found);
  if (words.ended !== true)
    sink.holds(workload, `${title}${found.places()}${words.state === undefined ? '' : ` (${words.state})`}`);
}

function stateReferences(sink: Sink, workload: ResourceId, { references }: Found): void {
  for (const reference of references) {
    const space = reference.indexOf('\0');
    const id = sink.resource('image-reference', reference.slice(0, space), reference.slice(space + 1));
    sink.refers(workload, id, 'uses');
  }
}

/** What the readers of one object have told. */
class Found {
  /** `scope NUL text`, each once. */
  readonly references = new Set<string>();
  readonly unreadable: string[] = [];
  readonly #places = new Set<string>();

  places(): string {
    if (this.#places.size === 0) return '';
    const first = [...this.#places].slice(0, NAMED_PLACES);
    const more = this.#places.size - first.length;
    return `, ${first.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
  }

  within(readersOf: (object: KubeObject) => readonly UseReader[], depth: number): UseSink {
    const say: UseSink = {
      image: (value, where) => {
        if (isAbsent(value) || (typeof value === 'string' && value.trim() === '')) return;
        this.#add('', typeof value === 'string' ? value : JSON.stringify({ image: value }), where);
      },
      stream: (name, where) => this.#add('openshift', name, where),
      object: (object, where) => {
        if (depth === 0) {
          this.unreadable.push(`${where}: objects within objects go on too deep`);
          return;
        }
        const { items } = object;
        if (Array.isArray(items))
          for (const item of items as readonly unknown[])
            if (fieldsOf(item) !== undefined) say.object(item as KubeObject, where);
        for (const read of readersOf(object)) read(object, this.within(readersOf, depth - 1));
      },
      unreadable: (cause) => this.unreadable.push(cause),
    };
    return say;
  }

  #add(scope: string, text: string, where: string): void {
    this.references.add(`${scope}\0${text}`);
    this.#places.add(where);
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
