import { classOfRepository } from '../../config/reconcile-policy.ts';
import { type ExitCode, exitCodes } from '../../report/exit-code.ts';
import { type RepositoryRow, renderRepositories } from '../../report/lists/repositories.ts';
import { createLimit } from '../../util/limit.ts';
import { matchesGlob } from '../../util/pure/glob.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { type Session, withSession } from '../session/session.ts';
import type { Terminal } from '../terminal.ts';

interface RepoFlags extends SettingsFlags, OutputFlags {}

export async function list(terminal: Terminal, flags: RepoFlags, [query]: readonly string[]): Promise<ExitCode> {
  return await withSession(terminal, flags, async (session) => {
    const registry = await session.registry();
    const named: RepositoryRow[] = [];
    for await (const repository of registry.repositories(terminal.signal))
      if (fits(repository, query))
        named.push({ repository, class: classOfRepository(session.settings, repository)?.name ?? 'unknown' });
    named.sort((a, b) => (a.repository < b.repository ? -1 : 1));
    const rows = flags.output === 'table' ? named : await withTagCounts(session, named);
    await terminal.print(renderRepositories(rows, registry.host, flags.output, terminal.paint));
    return exitCodes.done;
  });
}

/** A request or more for each repository. */
async function withTagCounts(session: Session, rows: readonly RepositoryRow[]): Promise<readonly RepositoryRow[]> {
  const { settings, terminal } = session;
  const registry = await session.registry();
  const limit = createLimit(settings.registry.concurrency ?? 8);
  const counted = async (row: RepositoryRow) => {
    let tagCount = 0;
    for await (const _ of registry.tags(row.repository, terminal.signal)) tagCount += 1;
    return { ...row, tagCount };
  };
  return await Promise.all(rows.map((row) => limit.run(() => counted(row), terminal.signal)));
}

function fits(repository: string, query: string | undefined): boolean {
  if (query === undefined) return true;
  return /[*?]/.test(query) ? matchesGlob(query, repository) : repository.includes(query);
}
