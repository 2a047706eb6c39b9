import type { Action } from '../../src/plan/action.ts';
import type { PlanHeader } from '../../src/plan/plan.ts';
import { NOON_MS } from './report-examples.ts';

/** The header of a plan for a node. */
export function nodeHeader(node: string, actionCount: number, more: Partial<PlanHeader> = {}): PlanHeader {
  const thing = { found: 10, removed: 0 };
  return {
    ...{ winnow: 'plan/v1', id: `plan-${node}`, flow: 'node-gc', madeAtMs: NOON_MS, expiresAtMs: NOON_MS + 3_600_000 },
    scope: { node: { name: node, runtime: 'cri:///run/containerd/containerd.sock' } },
    ...{ records: [], evidence: [], gaps: [], policy: {}, limits: {}, broken: [], repositories: [] },
    ...{ keptByReason: { held: 3 }, actionCount, freesBytes: actionCount * 100 },
    node: {
      ...{
        product: 'containerd',
        version: '2',
        exactBytes: true,
        bytes: 0,
        unreferencedBytes: 0,
        disks: [],
        orphans: [],
      },
      ...{ containers: thing, sandboxes: thing, images: { found: 10, removed: actionCount } },
    },
    ...more,
  };
}

/** The removal of an image. @param n - in the node's own plan */
export function nodeAction(n: number, more: Partial<Action> = {}): Action {
  return {
    ...{ n, do: 'remove-image', target: { kind: 'node-image', scope: 'cri:///run', key: `image-${n}` } },
    ...{ after: [], expects: {}, reason: 'unused', because: 'nothing on the node uses it', freesBytes: 100 },
    names: [`registry.example/old:${n}`],
    ...more,
  };
}
