import { classOfRepository } from '../../config/reconcile-policy.ts';
import { type ExitCode, exitCodes } from '../../report/exit-code.ts';
import { type RepositoryRow, renderRepositories } from '../../report/lists/repositories.ts';
import { matchesGlob } from '../../util/pure/glob.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { withSession } from '../session/session.ts';
import type { Terminal } from '../terminal.ts';

interface RepoFlags extends SettingsFlags, OutputFlags {}

export async function list(terminal: Terminal, flags: RepoFlags, [query]: readonly string[]): Promise<ExitCode> {
  return await withSession(terminal, flags, async (session) => {
    const registry = await session.registry();
    const rows: RepositoryRow[] = [];
    for await (const repository of registry.repositories(terminal.signal))
      if (fits(repository, query))
        rows.push({ repository, class: classOfRepository(session.settings, repository)?.name ?? 'unknown' });
    rows.sort((a, b) => (a.repository < b.repository ? -1 : 1));
    await terminal.print(renderRepositories(rows, registry.host, flags.output, terminal.paint));
    return exitCodes.done;
  });
}

function fits(repository: string, query: string | undefined): boolean {
  if (query === undefined) return true;
  return /[*?]/.test(query) ? matchesGlob(query, repository) : repository.includes(query);
}
