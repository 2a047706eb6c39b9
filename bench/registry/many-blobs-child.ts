/** Fills evidence with very many blobs, builds the graph and marks: in a process of its own, for its own peak of memory. */
import { collectEvidence } from '../../src/evidence/evidence.ts';
import type { ResourceId } from '../../src/evidence/resource.ts';
import type { Sink } from '../../src/evidence/sink.ts';
import { buildGraph } from '../../src/graph/graph.ts';
import { mark } from '../../src/graph/mark.ts';
import type { Digest } from '../../src/oci/digest.ts';
import { peakBytes, stopwatch, type Usage } from '../measure/usage.ts';

export interface ManyBlobsOrder {
  readonly blobs: number;
}

export interface ManyBlobsReport {
  readonly resources: number;
  readonly edges: number;
  readonly marked: number;
  readonly fill: Usage;
  readonly graph: Usage;
  readonly mark: Usage;
  readonly peakBytes: number;
}

const BLOBS_PER_MANIFEST = 5;
/** Every so many manifests share a base layer, as images of one repository do. */
const MANIFESTS_PER_BASE = 20;
const HOST = 'registry.example:5000';

process.stdout.write(JSON.stringify(report(JSON.parse(process.argv[2] ?? '{}'))));

function report({ blobs }: ManyBlobsOrder): ManyBlobsReport {
  const { sink, evidence } = collectEvidence();
  const watch = stopwatch();
  const tags = fill(sink, blobs);
  const fillUsage = watch.lap();
  const graph = buildGraph(evidence.resources.size, evidence.edges);
  const graphUsage = watch.lap();
  // Half of the tags are roots.
  const marks = mark(
    graph,
    tags.filter((_, n) => n % 2 === 0),
  );
  const markUsage = watch.lap();
  return {
    resources: evidence.resources.size,
    edges: evidence.edges.length,
    marked: marks.from.reduce((sum, from) => sum + (from === -1 ? 0 : 1), 0),
    fill: fillUsage,
    graph: graphUsage,
    mark: markUsage,
    peakBytes: peakBytes(),
  };
}

/** Tags, each with a manifest of its own, which names blobs of its own and a base layer. @returns the tags */
function fill(sink: Sink, blobs: number): readonly ResourceId[] {
  const tags: ResourceId[] = [];
  const next = syntheticDigests();
  let base: ResourceId = 0;
  for (let made = 0, n = 0; made < blobs; n += 1) {
    const scope = `${HOST}/project-${Math.floor(n / 1000)}/app`;
    if (n % MANIFESTS_PER_BASE === 0) {
      base = blob(sink, next());
      made += 1;
    }
    const manifest = sink.resource('manifest', scope, next());
    sink.exists(manifest, { sizeBytes: 900 });
    sink.refers(manifest, base, 'layer');
    for (let own = 0; own < BLOBS_PER_MANIFEST && made < blobs; own += 1, made += 1)
      sink.refers(manifest, blob(sink, next()), own === 0 ? 'config' : 'layer');
    const tag = sink.resource('tag', scope, `build-${n % 1000}`);
    sink.exists(tag, {});
    sink.refers(tag, manifest, 'tag');
    tags.push(tag);
  }
  return tags;
}

function blob(sink: Sink, digest: Digest): ResourceId {
  const id = sink.resource('blob', HOST, digest);
  sink.exists(id, { sizeBytes: 1_000_000 });
  return id;
}

/** Digests that look random, all different, and cost less than hashing: a walk of a 32 bit generator, eight words each. */
function syntheticDigests(): () => Digest {
  const words = new Uint32Array(8);
  const bytes = Buffer.from(words.buffer);
  let state = 1;
  return () => {
    for (let n = 0; n < 8; n += 1) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      words[n] = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    }
    return `sha256:${bytes.toString('hex')}`;
  };
}
