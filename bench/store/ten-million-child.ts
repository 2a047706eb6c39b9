/** A store of very many blobs as its survey states it, the graph and the mark: in a process of its own, for its own peak of memory. */
import { collectEvidence } from '../../src/evidence/evidence.ts';
import type { ResourceId } from '../../src/evidence/resource.ts';
import { packShard, SHARDS, ShardedDigests } from '../../src/evidence/sharded-digests.ts';
import type { Sink } from '../../src/evidence/sink.ts';
import { buildGraph } from '../../src/graph/graph.ts';
import { mark } from '../../src/graph/mark.ts';
import { peakBytes, stopwatch, type Usage } from '../measure/usage.ts';

export interface TenMillionReport {
  readonly edges: number;
  /** Blobs that nothing reaches. */
  readonly found: number;
  readonly gather: Usage;
  readonly mark: Usage;
  readonly peakBytes: number;
}

const STORE = 'distribution-fs:/registry';
const ONE_IN_FIVE = 5;
const ONE_IN_TWENTY = 20;
const LAYERS = 6;

process.stdout.write(JSON.stringify(report(JSON.parse(process.argv[2] ?? '{}') as { readonly blobs: number })));

function report({ blobs }: { readonly blobs: number }): TenMillionReport {
  const digests = madeUpDigests(blobs);
  const watch = stopwatch();
  const { sink, evidence } = collectEvidence();
  const roots = gather(sink, digests);
  const gathered = watch.lap();
  const graph = buildGraph(evidence.resources.size, evidence.edges);
  const marks = mark(graph, roots);
  let found = 0;
  for (let id = 0; id < blobs; id += 1) if (!marks.has(id)) found += 1;
  return { edges: evidence.edges.length, found, gather: gathered, mark: watch.lap(), peakBytes: peakBytes() };
}

/** All digests of a first byte are made together, as a folder of them is listed. */
function madeUpDigests(blobs: number): ShardedDigests {
  let state = 1;
  const word = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state.toString(16).padStart(8, '0');
  };
  const inShard = (byte: number) => Math.floor(((byte + 1) * blobs) / SHARDS) - Math.floor((byte * blobs) / SHARDS);
  return new ShardedDigests(
    Array.from({ length: SHARDS }, (_, byte) => {
      const first = byte.toString(16).padStart(2, '0');
      const names = Array.from({ length: inShard(byte) }, (_, n) => {
        const middle = Array.from({ length: 6 }, word).join('');
        return `${first}${n.toString(16).padStart(14, '0')}${middle}`;
      });
      return packShard(first, names);
    }),
  );
}

/** @returns the manifests, which are the roots */
function gather(sink: Sink, digests: ShardedDigests): readonly ResourceId[] {
  const first = sink.existing('blob', STORE, digests);
  const manifests: ResourceId[] = [];
  let next = 0;
  const layer = () => {
    do next = (next + 1) % digests.size;
    while (next % ONE_IN_TWENTY === 1 || next % ONE_IN_FIVE === 0);
    return first + next;
  };
  for (let n = 0; n < digests.size; n += ONE_IN_FIVE) {
    const scope = `${STORE}/project-${Math.floor(n / 5000)}/app`;
    const manifest = sink.resource('manifest', scope, digests.at(n));
    sink.exists(manifest, {});
    sink.refers(manifest, first + n, 'link');
    for (let at = 0; at < LAYERS; at += 1) sink.refers(first + n, layer(), at === 0 ? 'config' : 'layer');
    manifests.push(manifest);
  }
  return manifests;
}
