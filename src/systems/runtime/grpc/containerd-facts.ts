import type { ResourceId } from '../../../evidence/resource.ts';
import type { Sink } from '../../../evidence/sink.ts';
import {
  allContent,
  allSnapshots,
  containerRecords,
  leaseRecords,
  leaseResources,
  snapshotBytes,
  snapshotters,
} from './containerd-listing.ts';
import { type ContainerdServices, type ContentInfo, type ImageRecord, msOf } from './containerd-services.ts';
import { isLayerLabel } from './layer-labels.ts';

/*
 * What containerd's own collector goes by, restated: roots are image records, containers, leases and what is labelled as a root; from
 * there it follows labels.
 *
 *   containerd.io/gc.root                    it is a root
 *   containerd.io/gc.ref.content[.x[/y]]     the value is a digest that this one keeps; `.l.<n>` is a packed layer of a manifest
 *   containerd.io/gc.ref.snapshot.<name>[/…] the value is a snapshot, of that snapshotter, that this one keeps
 *   containerd.io/gc.bref.content[.x]        the value is a digest that keeps this one (2.2 and newer)
 *   containerd.io/gc.expire                  of a lease: when it ends
 */
const ROOT = 'containerd.io/gc.root';
const REFERENCE = 'containerd.io/gc.ref.';
const BACK_REFERENCE = 'containerd.io/gc.bref.content';
const EXPIRES = 'containerd.io/gc.expire';

export interface ContainerdFacts {
  readonly services: ContainerdServices;
  readonly sink: Sink;
  /** Scope of all resources. */
  readonly scope: string;
  /** The image that a record's name belongs to; a record of no image that the runtime shows is one of its own. */
  readonly imageOf: (record: ImageRecord) => ResourceId;
  readonly records: readonly ImageRecord[];
  /** Which kind of thing a container of containerd is, by its id. */
  readonly isSandbox: (id: string) => boolean;
  readonly nowMs: number;
}

/** States content, snapshots and leases, and what keeps what. */
export async function stateContainerd(facts: ContainerdFacts, signal: AbortSignal): Promise<void> {
  const { services, sink, scope, records, imageOf } = facts;
  const content = (digest: string) => sink.resource('content', scope, digest);
  for (const record of records)
    if (record.target !== null) sink.refers(imageOf(record), content(record.target.digest), 'link');
  for await (const info of allContent(services, signal)) stateContent(facts, info);
  for (const snapshotter of await snapshotters(services, signal)) await stateSnapshots(facts, snapshotter, signal);
  for (const { id, snapshotter, snapshot_key: key } of await containerRecords(services, signal)) {
    const user = sink.resource(facts.isSandbox(id) ? 'sandbox' : 'container', scope, id);
    if (key !== '') sink.refers(user, sink.resource('snapshot', scope, `${snapshotter}/${key}`), 'link');
  }
  await stateLeases(facts, signal);
}

function stateContent({ sink, scope }: ContainerdFacts, { digest, size, labels }: ContentInfo): void {
  const id = sink.resource('content', scope, digest);
  sink.exists(id, { sizeBytes: Number(size) });
  for (const [label, value] of Object.entries(labels)) {
    if (label === ROOT) sink.holds(id, 'containerd holds it as a root');
    if (label.startsWith(`${REFERENCE}content`))
      sink.refers(id, sink.resource('content', scope, value), isLayerLabel(label) ? 'layer' : 'link');
    if (label.startsWith(BACK_REFERENCE)) sink.refers(sink.resource('content', scope, value), id, 'link');
    if (label.startsWith(`${REFERENCE}snapshot.`)) {
      const [snapshotter] = label.slice(`${REFERENCE}snapshot.`.length).split('/');
      sink.refers(id, sink.resource('snapshot', scope, `${snapshotter}/${value}`), 'link');
    }
  }
}

/** So many questions for sizes are under way at once. */
const AT_ONCE = 16;

async function stateSnapshots(facts: ContainerdFacts, snapshotter: string, signal: AbortSignal): Promise<void> {
  const { services, sink, scope } = facts;
  const waiting: { readonly key: string; readonly id: ResourceId }[] = [];
  const measure = async () => {
    await Promise.all(
      waiting.splice(0).map(async ({ key, id }) => {
        const sizeBytes = await snapshotBytes(services, snapshotter, key, signal);
        if (sizeBytes !== undefined) sink.exists(id, { sizeBytes });
      }),
    );
  };
  for await (const { name, parent } of allSnapshots(services, snapshotter, signal)) {
    const id = sink.resource('snapshot', scope, `${snapshotter}/${name}`);
    if (parent !== '') sink.refers(id, sink.resource('snapshot', scope, `${snapshotter}/${parent}`), 'link');
    waiting.push({ key: name, id });
    if (waiting.length === AT_ONCE) await measure();
  }
  await measure();
}

/** A sandbox has a lease of its name (containerd 2.1 and newer), which holds its image volumes and goes with it. */
async function stateLeases(
  { services, sink, scope, nowMs, isSandbox }: ContainerdFacts,
  signal: AbortSignal,
): Promise<void> {
  for (const { id, created_at, labels } of await leaseRecords(services, signal)) {
    const lease = sink.resource('lease', scope, id);
    const createdAtMs = msOf(created_at);
    sink.exists(lease, createdAtMs === undefined ? {} : { createdAtMs });
    const endsAtMs = Date.parse(labels[EXPIRES] ?? '');
    if (isSandbox(id)) sink.refers(sink.resource('sandbox', scope, id), lease, 'link');
    else if (!(endsAtMs <= nowMs)) sink.holds(lease, `lease ${id}`);
    for (const { id: held, type } of await leaseResources(services, id, signal)) {
      if (type === 'content') sink.refers(lease, sink.resource('content', scope, held), 'link');
      const [, snapshotter] = /^snapshots\/(.+)$/.exec(type) ?? [];
      if (snapshotter !== undefined)
        sink.refers(lease, sink.resource('snapshot', scope, `${snapshotter}/${held}`), 'link');
    }
  }
}
