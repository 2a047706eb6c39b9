import { formatResource, type Resource, repositoryIn } from '../../evidence/resource.ts';
import type { Planned } from '../../flows/plan-tags.ts';
import { isRepository } from '../../oci/reference.ts';
import { keptTags } from '../../plan/repository-counts.ts';
import { type ExitCode, exitCodeOfPlan, exitCodeOfRun, exitCodes } from '../../report/exit-code.ts';
import { renderTags, type TagRow } from '../../report/lists/tags.ts';
import { renderPlan } from '../../report/plan/render-plan.ts';
import { renderRun } from '../../report/run/render-run.ts';
import type { Registry } from '../../systems/registry/contract.ts';
import { createLimit } from '../../util/limit.ts';
import { CodedError, messageOf } from '../../util/pure/coded-error.ts';
import { type AddCommand, action } from '../command.ts';
import type { CliErrorCode } from '../errors.ts';
import { addOutputOption, type OutputFlags } from '../options/output.ts';
import { addCommonOptions, addRegistryOptions, type SettingsFlags } from '../options/settings.ts';
import { makeRemoveTagPlan } from '../session/make-plan.ts';
import { planToRun } from '../session/plan-file.ts';
import { forgetOldRuns, runPlan } from '../session/run-plan.ts';
import { type Session, withSession } from '../session/session.ts';
import { targetOf } from '../session/target.ts';
import type { Terminal } from '../terminal.ts';

interface TagFlags extends SettingsFlags, OutputFlags {
  readonly confirm?: boolean;
}

export const addTag: AddCommand = (parent) => {
  const command = parent.command('tag').summary('look at tags, remove one');
  const ls = command
    .command('ls')
    .argument('[repository]', 'default: defaultRepository of the settings')
    .summary('list the tags of a repository');
  addOutputOption(addRegistryOptions(addCommonOptions(ls))).action(action<TagFlags>(list));

  const rm = command
    .command('rm')
    .argument('<reference>', 'repository:tag, or :tag of the default repository')
    .summary('remove one tag, and never another with it')
    .description(
      'Removes one tag through the same plan, guards and journal as any run: `winnow undo` brings it back. A tag that an active record\n' +
        'owns stays. Where the registry deletes by digest only, a tag that shares its digest stays unless --untag-by-overwrite is given.',
    );
  addOutputOption(addRegistryOptions(addCommonOptions(rm)))
    .option('--records <spec...>', 'record sources that may hold the tag')
    .option('--untag-by-overwrite', 'push a tiny manifest over a shared tag, and delete that')
    .option('--confirm', 'remove it')
    .action(action<TagFlags>(remove));
};

async function list(terminal: Terminal, flags: TagFlags, [named]: readonly string[]): Promise<ExitCode> {
  return await withSession(terminal, flags, async (session) => {
    const registry = await session.registry();
    const repository = (named ?? session.settings.defaultRepository).replace(`${registry.host}/`, '');
    if (!isRepository(repository))
      throw new CodedError('REFERENCE_INVALID', `listing tags: ${repository} is not a repository name`, {
        hint: 'winnow repo ls shows what there is',
      });
    const rows = await tagRows(session, registry, repository);
    await terminal.print(renderTags(rows, { registry: registry.host, repository }, flags.output, terminal.paint));
    return rows.some((row) => row.problem !== undefined) ? exitCodes.evidence : exitCodes.done;
  });
}

async function tagRows(
  { settings, terminal }: Session,
  registry: Registry,
  repository: string,
): Promise<readonly TagRow[]> {
  const limit = createLimit(settings.registry.concurrency ?? 8);
  const rows: Promise<TagRow>[] = [];
  for await (const tag of registry.tags(repository, terminal.signal))
    rows.push(limit.run(() => tagRow(registry, repository, tag, terminal.signal), terminal.signal));
  return await Promise.all(rows);
}

async function tagRow(registry: Registry, repository: string, tag: string, signal: AbortSignal): Promise<TagRow> {
  try {
    const resolved = await registry.resolve(repository, tag, signal);
    return resolved === undefined
      ? { tag, problem: 'it is listed, but not found' }
      : { tag, digest: resolved.digest, mediaType: resolved.mediaType };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return { tag, problem: messageOf(error) };
  }
}

async function remove(terminal: Terminal, flags: TagFlags, [reference = '']: readonly string[]): Promise<ExitCode> {
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
        renderPlan({ ...plan, next: `winnow tag rm ${reference} --confirm` }, flags.output, terminal.paint),
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
function assertGoes({ plan, view, decisions, actions }: Planned, tag: Resource): void {
  if (plan.header.actionCount > 0) return;
  const name = formatResource(tag);
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
