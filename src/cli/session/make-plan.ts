import { classOfRepository, reconcilePolicy, recordsOfTags } from '../../config/reconcile-policy.ts';
import type { Planned } from '../../flows/plan-tags.ts';
import { planReconcile } from '../../flows/reconcile.ts';
import { planRemoveTag } from '../../flows/remove-tag.ts';
import type { FlowName, PlanScope } from '../../plan/plan.ts';
import type { RegistryReader } from '../../systems/registry/contract.ts';
import { registrySource, type SurveyOptions } from '../../systems/registry/index.ts';
import { startProgress } from '../progress.ts';
import { newPlanId } from './ids.ts';
import { meansOf } from './means.ts';
import { registryDrops, rememberRecords, rememberRegistry, rememberTags, watchedRecords } from './memory.ts';
import { registryTold } from './registry-told.ts';
import type { OpenRecords, Session } from './session.ts';

/** Looks at the world and decides what `reconcile` would do. */
export async function makeReconcilePlan(session: Session): Promise<Planned> {
  const { settings, terminal } = session;
  const state = await session.state();
  const policy = reconcilePolicy(settings);
  const { untagByOverwrite } = settings.reconcile;
  const { common, records, host } = await prepare(session, 'reconcile', untagByOverwrite, {
    readCreated: (repository) => {
      const found = classOfRepository(settings, repository);
      return found?.kind === 'retained' && (found.keepNewest ?? found.keepYoungerThanMs) !== undefined;
    },
    pushTimes: policy.classes.some(
      (one) => one.kind === 'retained' || (one.kind === 'transient' && one.whenNoRecord === 'retire'),
    ),
  });
  const told = await registryTold(session, host, false);
  const planned = await planReconcile(
    {
      ...common,
      ...(told !== undefined && { linkMore: told.link }),
      policy,
      limits: settings.limits,
      remember: (evidence) => rememberTags(evidence, state, terminal.nowMs()),
      drops: (repositories) => registryDrops(repositories, host, state, settings.limits.maxDropShare),
    },
    terminal.signal,
  );
  const { header } = planned.plan;
  if (header.broken.length === 0) await rememberRegistry(header, state, terminal.nowMs());
  await rememberRecords(records, host, state, terminal.nowMs());
  session.log.info('planned', {
    plan_id: header.id,
    registry: host,
    actions: header.actionCount,
    gaps: header.gaps.length,
    bytes: header.freesBytes,
  });
  return planned;
}

/** Looks at one repository and decides whether a tag can go. */
export async function makeRemoveTagPlan(session: Session, repository: string, tag: string): Promise<Planned> {
  const { common } = await prepare(session, 'tag-rm', session.settings.reconcile.untagByOverwrite, {
    repositories: [repository],
  });
  return await planRemoveTag(
    { ...common, repository, tag, policy: reconcilePolicy(session.settings), remember: async () => () => undefined },
    session.terminal.signal,
  );
}

/** What all plans for a registry's tags have in common. */
export async function prepare(session: Session, flow: FlowName, untagByOverwrite: boolean, options: SurveyOptions) {
  const { settings, terminal, journal } = session;
  const registry = await session.registry();
  const state = await session.state();
  const { host } = registry;
  const can = await registry.capabilities(terminal.signal);
  const records: readonly OpenRecords[] = await session.records(host);
  const common = {
    id: newPlanId(flow, terminal.nowMs()),
    scope: scopeOf(session, registry),
    registry: (alsoLookAt: SurveyOptions['alsoLookAt']) =>
      watchedRegistry(session, registry, { ...options, ...(alsoLookAt === undefined ? {} : { alsoLookAt }) }),
    records: records.map((one) => watchedRecords(one, host, state)),
    journal,
    recordsOf: recordsOfTags(settings),
    means: meansOf(can, untagByOverwrite),
    recordsShown: settings.records.map(({ shown }) => shown),
    expiresAfterMs: settings.plan.expiresAfterMs,
    nowMs: terminal.nowMs,
  };
  return { common, records, host };
}

function watchedRegistry({ terminal, settings }: Session, registry: RegistryReader, options: SurveyOptions) {
  const progress = startProgress(terminal, `reading ${registry.host}`);
  const source = registrySource(registry, {
    ...options,
    concurrency: settings.registry.concurrency ?? 8,
    onProgress: ({ repositories, tags }) => progress.update(tags, `${repositories} repositories, ${tags} tags`),
  });
  return {
    name: source.name,
    survey: (...args: Parameters<typeof source.survey>) => source.survey(...args).finally(() => progress.stop()),
  };
}

export function scopeOf({ settings }: Session, { host, url }: RegistryReader): PlanScope {
  return { ...(settings.cluster === undefined ? {} : { cluster: settings.cluster }), registry: { host, url } };
}
