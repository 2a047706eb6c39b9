import { formatResource, type Resource, repositoryIn } from '../../evidence/resource.ts';
import type { Planned } from '../../flows/plan-tags.ts';
import { isRepository } from '../../oci/reference.ts';
import { keptTags } from '../../plan/repository-counts.ts';
import { type ExitCode, exitCodeOfPlan, exitCodeOfRun, exitCodes } from '../../report/exit-code.ts';
import { renderTags } from '../../report/lists/tags.ts';
import { renderPlan } from '../../report/plan/render-plan.ts';
import { renderRun } from '../../report/run/render-run.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import type { CliErrorCode } from '../errors.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { makeRemoveTagPlan } from '../session/make-plan.ts';
import { planToRun } from '../session/plan-file.ts';
import { forgetOldRuns, runPlan } from '../session/run-plan.ts';
import { withSession } from '../session/session.ts';
import { tagListing } from '../session/tag-listing.ts';
import { targetOf } from '../session/target.ts';
import type { Terminal } from '../terminal.ts';

interface TagFlags extends SettingsFlags, OutputFlags {
  readonly confirm?: boolean;
}

export async function list(terminal: Terminal, flags: TagFlags, [named]: readonly string[]): Promise<ExitCode> {
  return await withSession(terminal, flags, async (session) => {
    const registry = await session.registry();
    const repository = (named ?? session.settings.defaultRepository).replace(`${registry.host}/`, '');
    if (!isRepository(repository))
      throw new CodedError('REFERENCE_INVALID', `listing tags: ${repository} is not a repository name`, {
        hint: 'winnow repo ls shows what there is',
      });
    const { rows, gaps } = await tagListing(session, repository, flags.output !== 'table');
    const hasRecords = session.settings.records.length > 0;
    await terminal.print(
      renderTags(rows, { registry: registry.host, repository, hasRecords, gaps }, flags.output, terminal.paint),
    );
    return gaps.length > 0 ? exitCodes.evidence : exitCodes.done;
  });
}

export async function remove(
  terminal: Terminal,
  flags: TagFlags,
  [reference = '']: readonly string[],
): Promise<ExitCode> {
  return await withSession(terminal, flags, async (session) => {
    const { host } = await session.registry();
    const target = targetOf(reference, host, session.settings.defaultRepository);
    if (target.kind !== 'tag')
      throw new CodedError(
        'REFERENCE_INVALID',
        `removing ${reference}: it is a digest, and this command removes tags`,
        { hint: 'name one of its tags; the manifest goes with the last of them' },
      );
    const planned = await makeRemoveTagPlan(session, target.scope.slice(host.length + 1), target.key);
    const { plan } = planned;
    assertGoes(planned, target);
    if (flags.confirm !== true) {
      await terminal.print(
        renderPlan({ ...plan, next: 'the same command with --confirm' }, flags.output, terminal.paint),
      );
      return exitCodeOfPlan(plan.header);
    }
    const report = await runPlan(session, planToRun(plan));
    await forgetOldRuns(session);
    await terminal.print(renderRun(report, flags.output, terminal.paint));
    return exitCodeOfRun(report, plan.header);
  });
}

/** @throws TAG_STAYS with what keeps it, TAG_NOT_FOUND */
function assertGoes({ view, decisions, actions }: Planned, tag: Resource): void {
  const name = formatResource(tag);
  if (actions.actions.some(({ target }) => formatResource(target) === name)) return;
  const repository = repositoryIn(tag.scope);
  const kept = [...keptTags(view, decisions, actions)].find((one) => one.target === name);
  if (kept === undefined)
    throw new CodedError<CliErrorCode>('TAG_NOT_FOUND', `removing ${name}: there is no such tag`, {
      hint: `winnow tag ls ${repository} shows what there is`,
    });
  throw new CodedError<CliErrorCode>('TAG_STAYS', `removing ${name}: it stays (${kept.reason}): ${kept.because}`, {
    hint: `winnow explain ${repository}:${tag.key} shows the way back to what keeps it`,
  });
}
