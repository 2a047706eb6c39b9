import type { Evidence } from '../../evidence/evidence.ts';
import type { ResourceId } from '../../evidence/resource.ts';
import { type PlannedNode, planNodeGc } from '../../flows/node-gc.ts';
import type { NodeCounts } from '../../plan/node-counts.ts';
import type { Check } from '../../report/checks.ts';
import type { Runtime } from '../../systems/runtime/contract.ts';
import { imagesWithExpiry, namespacesBesides, parseRuntimeAddress } from '../../systems/runtime/index.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { CodedError, messageOf } from '../../util/pure/coded-error.ts';
import { nodeConfigChecks } from './examine-node-config.ts';
import { diskCheck, mountedSocket } from './examine-node-disk.ts';
import { bytesTold, expiries, goneImages, lostPins, packedLayers } from './examine-node-images.ts';

export interface NodeToExamine {
  readonly runtime: Runtime;
  /** Where the node's root is seen. */
  readonly root: string;
  readonly timeoutMs: number;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

/** Looks for the traps of a node. Nothing is changed, nothing is remembered. */
export async function examineNode(node: NodeToExamine): Promise<readonly Check[]> {
  const { runtime, signal } = node;
  try {
    const { product, version } = await runtime.describe(signal);
    const planned = await lookAt(node);
    const { evidence } = planned.view;
    const disks = await runtime.disks(signal);
    const sandboxImages = imagesOfSandboxes(evidence);
    const { kind } = parseRuntimeAddress(runtime.name);
    return [
      { name: 'runtime: reach', status: 'ok', finding: `${product} ${version} at ${runtime.name}` },
      await mountedSocket(parseRuntimeAddress(runtime.name).socket),
      ...unread(planned),
      ...(await Promise.all(disks.map(diskCheck))),
      ...(kind === 'cri'
        ? [
            await sandboxImage(sandboxImages, runtime, signal),
            goneImages(evidence),
            bytesTold(disks, planned.plan.header.node),
          ]
        : []),
      ...(product === 'containerd' ? await ofContainerd(node, planned, version) : []),
      ...(product === 'containerd' && kind === 'cri' ? [lostPins(evidence, sandboxImages)] : []),
      ...(await nodeConfigChecks(node.root, version, signal)),
    ];
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    return [{ name: 'runtime: reach', status: 'fail', finding: messageOf(error), ...hint }];
  }
}

/** What `node-gc` would see, with nothing that may go. */
async function lookAt({ runtime, nowMs, signal }: NodeToExamine): Promise<PlannedNode> {
  return await planNodeGc(
    {
      ...{ id: 'doctor', scope: {}, runtime, uses: [], watermarks: undefined, canBePulled: undefined },
      policy: { containers: 'none', sandboxes: 'none', sandboxMinAgeMs: 0, images: undefined },
      remember: async () => () => undefined,
      ...{ releaseContent: false, shownPolicy: {}, expiresAfterMs: 0, nowMs },
    },
    signal,
  );
}

function unread({ plan }: PlannedNode): readonly Check[] {
  return plan.header.gaps.map(({ cause, hint }) => ({
    ...{ name: 'runtime: read', status: 'warn' as const, finding: cause },
    ...(hint === undefined ? {} : { hint }),
  }));
}

/** Keys of the images that sandboxes were made from. */
function imagesOfSandboxes({ resources, edges }: Evidence): ReadonlySet<string> {
  const keys = new Set<string>();
  for (let n = 0; n < edges.length; n += 1) {
    const [from, to] = [edges.from[n] as ResourceId, edges.to[n] as ResourceId];
    if (resources.kind(from) === 'sandbox' && resources.kind(to) === 'node-image') keys.add(resources.key(to));
  }
  return keys;
}

/** Without it no pod starts while the registry is away, and the kubelet removes it when it is not pinned. */
async function sandboxImage(keys: ReadonlySet<string>, runtime: Runtime, signal: AbortSignal): Promise<Check> {
  const name = 'runtime: sandbox image';
  if (keys.size === 0) return { name, status: 'ok', finding: 'there is no sandbox to see it from' };
  for (const key of keys) {
    const image = await runtime.image(key, signal);
    if (image === undefined)
      return {
        ...{ name, status: 'warn', finding: 'it is gone: the next pod waits for a registry' },
        hint: 'pull it again, and protect it from what removed it',
      };
    if (image.pinned) continue;
    return {
      ...{
        name,
        status: 'warn',
        finding: `${image.tags[0] ?? key} is not pinned: the kubelet and crictl may remove it`,
      },
      hint: 'use containerd 1.6.22, 1.7.3 or newer; winnow keeps it either way',
    };
  }
  return { name, status: 'ok', finding: 'pinned' };
}

async function ofContainerd(
  { runtime, timeoutMs, signal }: NodeToExamine,
  { plan, view }: PlannedNode,
  version: string,
): Promise<readonly Check[]> {
  const counts = plan.header.node;
  return [
    packedLayers(view.evidence, await runtime.whyNotRelease(signal)),
    unreferenced(counts?.unreferencedBytes ?? 0),
    leases(counts),
    await namespaces(runtime, timeoutMs, signal),
    expiries(await imagesWithExpiry(parseRuntimeAddress(runtime.name), { timeoutMs }, signal), version),
  ];
}

function unreferenced(bytes: number): Check {
  const name = 'runtime: unreferenced';
  if (bytes === 0) return { name, status: 'ok', finding: 'nothing waits for the collector' };
  return {
    ...{ name, status: 'warn', finding: `${formatBytes(bytes)} are referred to by nothing` },
    hint: 'an idle containerd does not collect by itself: `winnow node-gc --confirm` has it do so',
  };
}

function leases(counts: NodeCounts | undefined): Check {
  const name = 'runtime: leases';
  const found = (counts?.orphans ?? []).filter(({ what }) => what === 'lease');
  const [first] = found;
  if (first === undefined) return { name, status: 'ok', finding: 'none is forgotten' };
  const bytes = found.reduce((sum, one) => sum + one.bytes, 0);
  return {
    ...{
      name,
      status: 'warn',
      finding: `${found.length} forgotten, holding ${formatBytes(bytes)}; first: ${first.name}`,
    },
    hint: 'whoever made them is gone: see `ctr -n k8s.io leases ls`, and remove those that nobody needs',
  };
}

async function namespaces(runtime: Runtime, timeoutMs: number, signal: AbortSignal): Promise<Check> {
  const name = 'runtime: other namespaces';
  const others = await namespacesBesides(parseRuntimeAddress(runtime.name), { timeoutMs }, signal);
  if (others.length === 0) return { name, status: 'ok', finding: 'none has images' };
  const words = others.map(({ namespace, images }) => `${namespace} (${images})`).join(', ');
  return {
    ...{ name, status: 'warn', finding: `images that no kubelet sees or removes: ${words}` },
    hint: 'clear them with what made them: docker (moby), nerdctl or ctr (default)',
  };
}
