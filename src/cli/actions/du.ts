import { diskUse } from '../../flows/disk-use.ts';
import { renderDiskUse } from '../../report/disk-use.ts';
import { type ExitCode, exitCodes } from '../../report/exit-code.ts';
import { registrySource } from '../../systems/registry/index.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { matchesGlob } from '../../util/pure/glob.ts';
import { type CliErrorCode, cliErrors } from '../errors.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { startProgress } from '../progress.ts';
import { withSession } from '../session/session.ts';
import type { Terminal } from '../terminal.ts';
import { duStore } from './du-store.ts';

interface DuFlags extends SettingsFlags, OutputFlags {
  readonly tags?: boolean;
  readonly layers?: boolean;
}

export async function du(terminal: Terminal, flags: DuFlags, globs: readonly string[]): Promise<ExitCode> {
  assertSensible(flags, globs);
  return await withSession(terminal, flags, async (session) => {
    if (flags.store !== undefined) return await duStore(session, flags);
    const registry = await session.registry();
    const progress = startProgress(terminal, `reading ${registry.host}`);
    const matched = new Set<string>();
    const source = registrySource(registry, {
      repositories: (repository) => {
        const fitting = globs.filter((glob) => matchesGlob(glob, repository));
        for (const glob of fitting) matched.add(glob);
        return globs.length === 0 || fitting.length > 0;
      },
      onProgress: ({ tags, repositories }) => progress.update(tags, `${repositories} repositories, ${tags} tags`),
    });
    const use = await diskUse(
      { source, registryHost: registry.host, withTags: flags.tags === true, nowMs: terminal.nowMs },
      terminal.signal,
    ).finally(() => progress.stop());
    const unmatched = globs.filter((glob) => !matched.has(glob));
    if (globs.length > 0 && matched.size === 0) throw nothingMatches(registry.host, unmatched);
    for (const glob of unmatched)
      terminal.say(`${terminal.paint.yellow('warning:')} no repository of ${registry.host} matches ${glob}`);
    await terminal.print(renderDiskUse(use, flags.output, terminal.paint));
    return use.unknown === undefined ? exitCodes.done : exitCodes.evidence;
  });
}

/** @throws USAGE_INVALID */
function assertSensible({ store, layers }: DuFlags, globs: readonly string[]): void {
  const complain = (message: string) => {
    throw new CodedError<CliErrorCode>('USAGE_INVALID', `reading the command line: ${message}`, {
      hint: cliErrors.USAGE_INVALID.hint,
    });
  };
  if (store !== undefined && globs.length > 0)
    complain('a storage is measured as a whole: --store takes no repositories');
  if (store === undefined && layers === true) complain('--layers says more about --store, which is not given');
}

function nothingMatches(host: string, globs: readonly string[]): CodedError<CliErrorCode> {
  return new CodedError<CliErrorCode>(
    'REPOSITORY_NOT_FOUND',
    `measuring ${host}: no repository matches ${globs.join(' or ')}`,
    { hint: cliErrors.REPOSITORY_NOT_FOUND.hint },
  );
}
