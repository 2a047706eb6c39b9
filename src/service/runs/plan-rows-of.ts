import { createReadStream } from 'node:fs';
import { formatResource } from '../../evidence/resource.ts';
import type { Action } from '../../plan/action.ts';
import { decodePlan } from '../../plan/codec.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import { targetDocument } from '../../report/action-document.ts';
import type { NewPlanRow, RunCounts } from '../../systems/history/contract.ts';
import { runningSha256 } from '../../util/pure/hash.ts';
import { textLinesIn } from '../../util/raw-lines.ts';

/** A plan file that was read from end to end. */
export interface CheckedPlan {
  readonly header: PlanHeader;
  /** The first line. */
  readonly headerLine: string;
  /** What stands behind the actions. */
  readonly trailer: readonly string[];
  /** sha256 of the file, in hex. */
  readonly hash: string;
  /** The actions, from the first, as often as it is called. */
  rows(): AsyncGenerator<NewPlanRow>;
}

/** @throws PLAN_MALFORMED, PLAN_CUT_SHORT, PLAN_CHANGED, PLAN_VERSION; what the file system says */
export async function readPlan(path: string): Promise<CheckedPlan> {
  const hash = runningSha256();
  let headerLine: string | undefined;
  let last = '';
  const { header, actions } = await decodePlan(
    tapped(path, (line) => {
      hash.update(`${line}\n`);
      headerLine ??= line;
      last = line;
    }),
  );
  for await (const _ of actions);
  return { header, headerLine: headerLine ?? '', trailer: [last], hash: hash.hex(), rows: () => rowsIn(path) };
}

async function* rowsIn(path: string): AsyncGenerator<NewPlanRow> {
  let line = '';
  const { header, actions } = await decodePlan(
    tapped(path, (one) => {
      line = one;
    }),
  );
  const system = header.scope.store?.name ?? header.scope.images?.name;
  // One line is asked for with each action: the last that was read is its own.
  for await (const action of actions) yield rowOf(action, line, system);
}

/** @param see - told of each line just before it is handed on */
async function* tapped(path: string, see: (line: string) => void): AsyncGenerator<string> {
  for await (const line of textLinesIn(createReadStream(path) as AsyncIterable<Buffer>)) {
    see(line);
    yield line;
  }
}

function rowOf(action: Action, line: string, system: string | undefined): NewPlanRow {
  const { repository } = targetDocument(action.target, action.expects.digest, system);
  const { node } = action;
  const name = action.names?.[0] ?? formatResource(action.target);
  return {
    n: action.n - 1,
    verb: action.do,
    group: node ?? repository ?? '',
    // The same image may go from many nodes: each is another thing.
    target: node === undefined ? name : `${node}: ${name}`,
    reasonCode: action.reason,
    reason: action.because,
    freesBytes: action.freesBytes,
    line,
  };
}

/** What a plan is about, as people name it: a registry's host, a storage, an image API, a node, a cluster of them. */
export function targetOf({ scope }: PlanHeader): string {
  if (scope.fleet !== undefined) return scope.cluster ?? scope.fleet.name;
  return scope.store?.name ?? scope.images?.name ?? scope.node?.name ?? scope.registry?.host ?? '';
}

/** What a plan counts, whatever its flow. */
export function countsOf(header: PlanHeader): RunCounts {
  const { store, images, node, fleet, repositories, actionCount } = header;
  const planned = actionCount;
  if (store !== undefined) return { found: store.blobs, live: store.live, planned };
  if (node !== undefined) {
    const { found, removed } = node.images;
    return { found, live: found - removed, planned };
  }
  if (fleet !== undefined) {
    const onNodes = fleet.nodes.flatMap((one) => one.header.node?.images ?? []);
    const total = (key: 'found' | 'removed') => onNodes.reduce((all, one) => all + one[key], 0);
    return { found: total('found'), live: total('found') - total('removed'), planned };
  }
  const sum = (key: 'found' | 'live') => repositories.reduce((total, one) => total + one[key], 0);
  if (images !== undefined) return { found: images.streamItems.found, live: sum('live'), planned };
  return { found: sum('found'), live: sum('live'), planned };
}
