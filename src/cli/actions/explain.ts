import { formatResource, type Resource, repositoryIn } from '../../evidence/resource.ts';
import { explain } from '../../flows/explain.ts';
import type { Planned } from '../../flows/plan-tags.ts';
import { type ExitCode, exitCodes } from '../../report/exit-code.ts';
import { renderExplain } from '../../report/explain/render-explain.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { type CliErrorCode, cliErrors } from '../errors.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { makeReconcilePlan } from '../session/make-plan.ts';
import { makePrunePlan } from '../session/make-prune-plan.ts';
import { withSession } from '../session/session.ts';
import { targetOf } from '../session/target.ts';
import type { Terminal } from '../terminal.ts';
import { explainOneImage } from './explain-image.ts';
import { type PruneCommandFlags, pruneSettingsFlags } from './prune.ts';
import type { PruneImagesCommandFlags } from './prune-images.ts';

/** The options of the command whose decision is to be explained. */
type ExplainFlags =
  | (PruneCommandFlags & { readonly for: 'reconcile' | 'prune' })
  | (PruneImagesCommandFlags & { readonly for: 'prune-images' });

export async function explainOne(
  terminal: Terminal,
  flags: ExplainFlags,
  [reference = '']: readonly string[],
): Promise<ExitCode> {
  if (flags.for === 'prune-images') return await explainOneImage(terminal, flags, reference);
  const isPrune = flags.for === 'prune';
  return await withSession(terminal, isPrune ? pruneSettingsFlags(flags) : reconcileFlags(flags), async (session) => {
    const { host } = await session.registry();
    const target = targetOf(reference, host, session.settings.defaultRepository);
    const planned = isPrune
      ? await makePrunePlan(session, { withoutClusters: flags.clusters === false })
      : await makeReconcilePlan(session);
    const explanation = explain(planned, target);
    if (explanation.verdict !== 'absent') {
      await terminal.print(renderExplain(explanation, flags.output, terminal.paint));
      return exitCodes.done;
    }
    if (explanation.gaps?.some(({ hides }) => hides === 'existence') !== true) throw notFound(planned, target);
    await terminal.print(renderExplain(explanation, flags.output, terminal.paint));
    return exitCodes.evidence; // it may be there, and was not seen
  });
}

/** `reconcile` asks no cluster: there the option is a name. */
function reconcileFlags({ cluster, clusters: _, ...flags }: PruneCommandFlags): SettingsFlags {
  const [name] = Array.isArray(cluster) ? cluster : [cluster];
  return { ...flags, ...(name !== undefined && flags.clusterName === undefined && { clusterName: name }) };
}

/** REPOSITORY_NOT_FOUND or TAG_NOT_FOUND. */
function notFound({ view }: Planned, target: Resource): CodedError<CliErrorCode> {
  const repository = repositoryIn(target.scope);
  const host = target.scope.slice(0, target.scope.length - repository.length - 1);
  const doing = `explaining ${formatResource(target)}`;
  const { resources } = view.evidence;
  if (resources.find('repository', host, repository) === undefined)
    return new CodedError<CliErrorCode>('REPOSITORY_NOT_FOUND', `${doing}: there is no repository ${repository}`, {
      hint: cliErrors.REPOSITORY_NOT_FOUND.hint,
    });
  const why =
    target.kind === 'tag'
      ? 'there is no such tag'
      : 'no tag, index or signature of the repository leads to this digest';
  return new CodedError<CliErrorCode>('TAG_NOT_FOUND', `${doing}: ${why}`, {
    hint: `winnow tag ls ${repository} shows what there is`,
  });
}
