import { diskUse } from '../../flows/disk-use.ts';
import { renderDiskUse } from '../../report/disk-use.ts';
import { type ExitCode, exitCodes } from '../../report/exit-code.ts';
import { registrySource } from '../../systems/registry/index.ts';
import { matchesGlob } from '../../util/pure/glob.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { startProgress } from '../progress.ts';
import { withSession } from '../session/session.ts';
import type { Terminal } from '../terminal.ts';

interface DuFlags extends SettingsFlags, OutputFlags {
  readonly tags?: boolean;
}

export async function du(terminal: Terminal, flags: DuFlags, globs: readonly string[]): Promise<ExitCode> {
  return await withSession(terminal, flags, async (session) => {
    const registry = await session.registry();
    const progress = startProgress(terminal, `reading ${registry.host}`);
    const source = registrySource(registry, {
      repositories: (repository) => globs.length === 0 || globs.some((glob) => matchesGlob(glob, repository)),
      onProgress: ({ tags, repositories }) => progress.update(tags, `${repositories} repositories, ${tags} tags`),
    });
    const use = await diskUse(
      { source, registryHost: registry.host, withTags: flags.tags === true, nowMs: terminal.nowMs },
      terminal.signal,
    ).finally(() => progress.stop());
    await terminal.print(renderDiskUse(use, flags.output, terminal.paint));
    return use.unknown === undefined ? exitCodes.done : exitCodes.evidence;
  });
}
