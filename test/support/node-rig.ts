import { mkdtempSync } from 'node:fs';
import { type ApplyNodeInput, applyNodePlan } from '../../src/flows/apply-node-plan.ts';
import { type NodeGcInput, type PlannedNode, planNodeGc } from '../../src/flows/node-gc.ts';
import { undoNodeRun } from '../../src/flows/undo-node-run.ts';
import { encodePlan } from '../../src/plan/codec.ts';
import type { ImagePolicy, NodeGcPolicy } from '../../src/policy/node-gc/policy.ts';
import { memoryJournal } from '../../src/systems/journal/memory/memory-journal.ts';
import { memoryLeases } from '../../src/systems/lease/memory/memory-leases.ts';
import type { Runtime } from '../../src/systems/runtime/contract.ts';
import { openRuntime, type RuntimeAddress } from '../../src/systems/runtime/index.ts';
import { type Containerd, type ContainerdOptions, startContainerd } from './containerd.ts';
import { type CriRig, criRig } from './cri-rig.ts';
import { type DockerRegistry, startDockerRegistry } from './docker-registry.ts';
import { busyboxLayer, pushRunnable } from './runnable-image.ts';

const never = new AbortController().signal;

export interface PlanOptions extends Partial<Omit<NodeGcPolicy, 'images'>> {
  /** `none`: images are left alone. */
  readonly images?: Partial<ImagePolicy> | 'none';
  readonly more?: Partial<Pick<NodeGcInput, 'uses' | 'clusters' | 'watermarks' | 'canBePulled' | 'releaseContent'>>;
  /** Default: the machine's clock. */
  readonly nowMs?: () => number;
}

/** Everything may go at once: ages are zero, containers and sandboxes by the coarse rules. */
const eager: ImagePolicy = { minPullAgeMs: 0, keep: [], only: [], labels: [] };

export async function planNode(runtime: Runtime, options: PlanOptions = {}): Promise<PlannedNode> {
  const { images = {}, more = {}, nowMs = Date.now, ...policy } = options;
  return await planNodeGc(
    {
      id: `20260101t000000000z-node-gc-${Math.random().toString(16).slice(2, 8)}`,
      scope: { node: { name: 'node-1', runtime: runtime.name } },
      ...{ runtime, uses: [], watermarks: undefined, canBePulled: undefined, releaseContent: false },
      policy: {
        ...{ containers: 'ended', sandboxes: 'not-ready', sandboxMinAgeMs: 0 },
        ...policy,
        images: images === 'none' ? undefined : { ...eager, ...images },
      },
      remember: async () => () => undefined,
      shownPolicy: {},
      expiresAfterMs: 3_600_000,
      nowMs,
      ...more,
    },
    never,
  );
}

export async function applyNode(
  runtime: Runtime,
  { plan }: Pick<PlannedNode, 'plan'>,
  journal = memoryJournal(),
  more: Partial<Pick<ApplyNodeInput, 'uses' | 'canBePulled' | 'nowMs'>> = {},
) {
  const all = [...plan.actions];
  return await applyNodePlan({
    ...{
      header: plan.header,
      planLines: encodePlan({ ...plan, actions: all }),
      runId: plan.header.id,
      by: 'test',
      journal,
      runtime,
    },
    actions: (async function* () {
      yield* all;
    })(),
    ...{ leases: memoryLeases(), nowMs: Date.now, signal: never, onProgress: () => undefined },
    canBePulled: async () => ({ has: true, why: 'nobody is asked here' }),
    ...more,
  });
}

export async function undoNode(runtime: Runtime, runId: string, journal: ReturnType<typeof memoryJournal>) {
  return await undoNodeRun({
    ...{ runId, by: 'test', journal, leases: memoryLeases(), runtime },
    ...{ nowMs: Date.now, signal: never, onProgress: () => undefined },
  });
}

/** What a plan would do, short: `remove-image host/b:1`. */
export function inWords({ plan }: PlannedNode, strip = ''): readonly string[] {
  return [...plan.actions].map(({ do: kind, target, names }) => {
    const name = names?.find((one) => !one.includes('@')) ?? names?.[0] ?? target.key.slice(0, 12);
    return `${kind} ${name.replace(strip, '')}`;
  });
}

export interface Node {
  readonly registry: DockerRegistry;
  readonly containerd: Containerd;
  readonly rig: CriRig;
  readonly runtime: Runtime;
  /** `127.0.0.1:PORT/`, in front of all names. */
  readonly host: string;
}

/** A registry with a pause image, and a containerd that makes sandboxes from it. */
export async function startNode(
  options: Partial<ContainerdOptions> & { readonly timeoutMs?: number } = {},
): Promise<Node> {
  const registry = await startDockerRegistry();
  await pushRunnable(registry.url, 'pause', { tag: '1', layers: [busyboxLayer()] });
  const folder = mkdtempSync('/tmp/wn-'); // a socket's path is short
  const pause = `${registry.host}/pause:1`;
  const containerd = await startContainerd({ folder, registry: registry.host, pause, ...options });
  const address: RuntimeAddress = { kind: 'cri', socket: containerd.socket };
  const runtime = await openRuntime(address, { timeoutMs: options.timeoutMs ?? 20_000, nowMs: Date.now }, never);
  return { registry, containerd, rig: criRig(containerd.socket, folder), runtime, host: `${registry.host}/` };
}
