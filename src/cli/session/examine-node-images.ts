import { adjacency } from '../../evidence/adjacency.ts';
import type { Evidence } from '../../evidence/evidence.ts';
import type { ResourceId } from '../../evidence/resource.ts';
import type { NodeCounts } from '../../plan/node-counts.ts';
import type { Check } from '../../report/checks.ts';
import type { ImageDisk } from '../../systems/runtime/contract.ts';
import type { ExpiringImage } from '../../systems/runtime/index.ts';
import { formatBytes } from '../../util/pure/bytes.ts';

/** containerd reads `containerd.io/gc.expire` of images from here on. */
const READS_EXPIRY = 2;

/** A container runs on when its image is gone; only its next start shows that. */
export function goneImages({ resources, edges, about, exists }: Evidence): Check {
  const name = 'runtime: images of containers';
  const used = adjacency(resources.size, edges, ['uses'], 'forward');
  const without: string[] = [];
  for (let id = 0; id < resources.size; id += 1) {
    const { state, pod, name: called = '' } = about(id).attributes ?? {};
    if (resources.kind(id) !== 'container' || !exists(id) || (state !== 'running' && state !== 'created')) continue;
    const hasImage = [...used(id)].some((one) => resources.kind(one) === 'node-image' && exists(one));
    if (!hasImage) without.push(`container ${called} of pod ${pod ?? '?'}`);
  }
  const [first] = without;
  if (first === undefined) return { name, status: 'ok', finding: 'all are there' };
  return {
    ...{ name, status: 'warn', finding: `gone, though ${without.length} run on without it; first: ${first}` },
    hint: 'find out what removed it; a restart pulls it again, and fails where its registry has it no more or imagePullPolicy is Never',
  };
}

/** containerd takes a pin away when an image is pulled again; it puts the sandbox image's back by itself. */
export function lostPins(evidence: Evidence, sandboxImages: ReadonlySet<string>): Check {
  const name = 'runtime: pins';
  if (sandboxImages.size === 0) return { name, status: 'ok', finding: 'there is no sandbox to tell its image from' };
  const { resources, holds } = evidence;
  const pinned: string[] = [];
  for (let n = 0; n < holds.length; n += 1) {
    const id = holds.resources[n] as ResourceId;
    if (resources.kind(id) !== 'node-image' || holds.by(n) !== PINNED || sandboxImages.has(resources.key(id))) continue;
    pinned.push(evidence.about(id).attributes?.['names']?.split(' ')[0] ?? resources.key(id));
  }
  const [first] = pinned;
  if (first === undefined) return { name, status: 'ok', finding: 'none besides that of the sandbox image' };
  return {
    ...{
      name,
      status: 'warn',
      finding: `${pinned.length} besides that of the sandbox image, until it is pulled again: ${first}`,
    },
    hint: 'keep such images by name as well: --keep, or nodeGc.images.keep',
  };
}

/** As the survey of a runtime says it. */
const PINNED = 'the runtime has it pinned';

/** What the runtime tells the kubelet leaves out packed layers, which are half of it. */
export function bytesTold(disks: readonly ImageDisk[], counts: NodeCounts | undefined): Check {
  const name = 'runtime: bytes of images';
  const told = disks.reduce((sum, { usedBytes }) => sum + (usedBytes ?? 0), 0);
  if (counts === undefined || !counts.exactBytes)
    return { name, status: 'ok', finding: `${formatBytes(told)} as the kubelet is told` };
  const finding = `${formatBytes(counts.bytes)}, with packed layers; the kubelet is told ${formatBytes(told)}`;
  return { name, status: 'ok', finding };
}

/** @param why - they must not be let go of here; undefined where they may */
export function packedLayers({ resources, edges, exists }: Evidence, why: string | undefined): Check {
  const name = 'runtime: packed layers';
  const layers = adjacency(resources.size, edges, ['layer'], 'forward');
  let isKept = false;
  for (let id = 0; id < resources.size && !isKept; id += 1) isKept = [...layers(id)].some(exists);
  if (!isKept) return { name, status: 'ok', finding: 'none are kept besides the unpacked ones' };
  if (why === undefined)
    return {
      name,
      status: 'ok',
      finding: 'kept besides the unpacked ones; here they can be let go of (--release-content)',
    };
  return { name, status: 'warn', finding: why, hint: 'leave --release-content and discard_unpacked_layers off here' };
}

/** @param version - of containerd */
export function expiries(images: readonly ExpiringImage[], version: string): Check {
  const name = 'runtime: expiries';
  const [first] = images;
  if (first === undefined) return { name, status: 'ok', finding: 'no image has one' };
  const words = `${images.length} with an end; first: ${first.name} at ${new Date(first.atMs).toISOString()}`;
  if (Number.parseInt(version, 10) < READS_EXPIRY)
    return { name, status: 'ok', finding: `${words}, which containerd ${version} does not read` };
  return {
    ...{ name, status: 'warn', finding: `${words}; it goes then, though pods use it` },
    hint: 'take the label containerd.io/gc.expire from images that are to stay: ctr -n k8s.io images label',
  };
}
