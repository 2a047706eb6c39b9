import type { Evidence } from '../../evidence/evidence.ts';
import type { ResourceId } from '../../evidence/resource.ts';
import { type PlannedNode, planNodeGc } from '../../flows/node-gc.ts';
import type { Runtime } from '../../systems/runtime/contract.ts';
import type { State } from '../../systems/state/contract.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { type CliErrorCode, cliErrors } from '../errors.ts';
import { startProgress } from '../progress.ts';
import { registriesOf } from './can-be-pulled.ts';
import { newPlanId } from './ids.ts';
import { nodeUses } from './node-uses.ts';
import { nodeScope } from './runtime-session.ts';
import type { Session } from './session.ts';

/** Looks at a node and decides what `node-gc` would do. */
export async function makeNodePlan(session: Session, runtime: Runtime): Promise<PlannedNode> {
  const { settings, terminal, log } = session;
  const { policy, watermarks, releaseContent, requireRepullable, staticPods } = settings.nodeGc;
  if (watermarks !== undefined) await assertDisksSeen(session, runtime);
  const state = await session.state();
  const uses = await nodeUses(session, runtime.name);
  const progress = startProgress(terminal, `reading ${runtime.name}`);
  const registries = registriesOf(settings.registry, terminal.env);
  const { cluster } = settings;
  try {
    const planned = await planNodeGc(
      {
        id: newPlanId('node-gc', terminal.nowMs()),
        scope: {
          ...(cluster === undefined ? {} : { cluster }),
          node: { ...nodeScope(session, runtime), ...(staticPods === undefined ? {} : { staticPods }) },
        },
        ...{
          runtime,
          uses: uses.map(({ source }) => source),
          ...(settings.clusters.length === 0
            ? {}
            : {
                clusters: {
                  clusters: settings.clusters.map(({ shown }) => shown),
                  references: settings.references,
                },
              }),
          policy,
          watermarks,
          releaseContent,
          shownPolicy: settings.nodeGc.policy,
        },
        remember: (evidence) => rememberUse(evidence, runtime.name, state, terminal.nowMs()),
        canBePulled: requireRepullable ? registries.canBePulled : undefined,
        expiresAfterMs: settings.plan.expiresAfterMs,
        nowMs: terminal.nowMs,
      },
      terminal.signal,
    );
    for (const one of uses) await one.remember(terminal.nowMs());
    const { header } = planned.plan;
    log.info('planned', {
      ...{ plan_id: header.id, runtime: runtime.name, actions: header.actionCount },
      ...{ gaps: header.gaps.length, bytes: header.freesBytes },
    });
    return planned;
  } finally {
    progress.stop();
    await registries.close();
  }
}

/** Without a measure no image would ever go, and nobody would know why. @throws IMAGE_DISK_UNSEEN */
async function assertDisksSeen({ terminal }: Session, runtime: Runtime): Promise<void> {
  const disks = await runtime.disks(terminal.signal);
  const unseen = disks.find(({ space }) => space === undefined);
  if (unseen === undefined && disks.length > 0) return;
  throw new CodedError<CliErrorCode>(
    'IMAGE_DISK_UNSEEN',
    `measuring the disk of the images of ${runtime.name}: ${unseen === undefined ? 'the runtime names none' : `${unseen.path}: ${unseen.unseen ?? 'it is not there'}`}`,
    { hint: cliErrors.IMAGE_DISK_UNSEEN.hint },
  );
}

/** Notes which images containers use now, and looks up since when the others are not used. */
async function rememberUse(
  evidence: Evidence,
  runtime: string,
  state: State,
  nowMs: number,
): Promise<(image: ResourceId) => number | undefined> {
  const { resources, edges } = evidence;
  const used = new Set<ResourceId>();
  for (let n = 0; n < edges.length; n += 1) {
    const from = edges.from[n] as ResourceId;
    const to = edges.to[n] as ResourceId;
    if (resources.kind(from) === 'container' && resources.kind(to) === 'node-image') used.add(to);
  }
  const images: ResourceId[] = [];
  for (let id = 0; id < resources.size; id += 1)
    if (resources.kind(id) === 'node-image' && evidence.exists(id)) images.push(id);
  const since = await state.noteUse(
    runtime,
    images.map((id) => ({ key: resources.key(id), used: used.has(id) })),
    nowMs,
  );
  return (id) => since.get(resources.key(id));
}
