import { type FsckStoreInput, fsckStore } from '../../flows/fsck.ts';
import { fsckRegistry } from '../../flows/fsck-registry.ts';
import { plannedRepair, repairStore } from '../../flows/repair.ts';
import { type ExitCode, exitCodeOfFsck } from '../../report/exit-code.ts';
import type { FsckFindings, Repair } from '../../report/fsck/findings.ts';
import { renderFsck } from '../../report/fsck/render-fsck.ts';
import { registrySource } from '../../systems/registry/index.ts';
import type { Store } from '../../systems/store/contract.ts';
import { parseBytes } from '../../util/pure/bytes.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { wait } from '../../util/wait.ts';
import { type CliErrorCode, cliErrors } from '../errors.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { startProgress } from '../progress.ts';
import { surveyOptionsOf } from '../session/run-store-plan.ts';
import { type Session, withSession } from '../session/session.ts';
import { openStoreOf } from '../session/store-session.ts';
import { verifyPointFile } from '../session/verify-point.ts';
import type { Terminal } from '../terminal.ts';

interface FsckFlags extends SettingsFlags, OutputFlags {
  readonly verify?: boolean;
  readonly rate?: string;
  readonly resume?: boolean;
  readonly repair?: boolean;
  readonly confirm?: boolean;
}

/** A storage, where one is named; else the registry. */
export async function fsck(terminal: Terminal, flags: FsckFlags): Promise<ExitCode> {
  assertSensible(flags);
  return await withSession(terminal, flags, async (session) => {
    if (!isAboutStore(session, flags)) {
      assertNoStoreFlags(flags);
      const findings = await checkRegistry(session);
      await terminal.print(renderFsck(findings, flags.output, terminal.paint));
      return exitCodeOfFsck(findings);
    }
    const store = await openStoreOf(session.loaded, terminal);
    try {
      const findings = await checkStore(session, store, flags);
      await terminal.print(renderFsck(findings, flags.output, terminal.paint));
      return exitCodeOfFsck(findings);
    } finally {
      await store.close();
    }
  });
}

function isAboutStore({ settings }: Session, { store, registry, registryUrl }: FsckFlags): boolean {
  if (store !== undefined) return true;
  return registry === undefined && registryUrl === undefined && settings.store.address !== undefined;
}

/** @throws USAGE_INVALID */
function assertNoStoreFlags({ verify, repair }: FsckFlags): void {
  if (verify === true) complain('--verify', '--store');
  if (repair === true) complain('--repair', '--store');
}

function complain(flag: string, other: string): never {
  const message = `reading the command line: ${flag} says more about ${other}, which is not given`;
  throw new CodedError<CliErrorCode>('USAGE_INVALID', message, { hint: cliErrors.USAGE_INVALID.hint });
}

async function checkRegistry(session: Session): Promise<FsckFindings> {
  const { terminal, settings } = session;
  const registry = await session.registry();
  const progress = startProgress(terminal, `reading ${registry.host}`);
  const { concurrency = CONCURRENCY } = settings.registry;
  const onProgress = ({ tags, repositories }: { readonly tags: number; readonly repositories: number }) =>
    progress.update(tags, `${repositories} repositories, ${tags} tags`);
  return await fsckRegistry(
    {
      registry,
      sourceOf: (repositories) =>
        registrySource(registry, { concurrency, onProgress, ...(repositories === undefined ? {} : { repositories }) }),
      concurrency,
      nowMs: terminal.nowMs,
      onProgress: (words) => progress.update(0, words),
    },
    terminal.signal,
  ).finally(() => progress.stop());
}

/** @throws USAGE_INVALID for what only makes sense together */
function assertSensible({ verify, rate, resume, repair, confirm }: FsckFlags): void {
  if (rate !== undefined && verify !== true) complain('--rate', '--verify');
  if (resume === true && verify !== true) complain('--resume', '--verify');
  if (confirm === true && repair !== true) complain('--confirm', '--repair');
}

async function checkStore(session: Session, store: Store, flags: FsckFlags): Promise<FsckFindings> {
  const { terminal } = session;
  const progress = startProgress(terminal, `reading ${store.name}`);
  const input: FsckStoreInput = {
    store,
    survey: surveyOptionsOf(session),
    nowMs: terminal.nowMs,
    onProgress: (words) => progress.update(0, words),
  };
  try {
    const repaired = flags.repair === true && flags.confirm === true ? await repair(session, store, input) : undefined;
    const findings = await fsckStore({ ...input, ...verification(session, store, flags) }, terminal.signal);
    if (flags.verify === true) verifyPointFile(session.settings.stateDir, store.name).remove();
    if (flags.repair !== true) return findings;
    return { ...findings, repair: repaired ?? plannedRepair(findings.damage) };
  } finally {
    progress.stop();
  }
}

async function repair(session: Session, store: Store, input: FsckStoreInput): Promise<Repair> {
  const { terminal, log, by } = session;
  log.info('repairing', { store: store.name });
  return await repairStore(
    {
      store,
      leases: await session.leases(),
      by: `fsck by ${by}`,
      look: async (signal) => (await fsckStore(input, signal)).damage,
      onStep: ({ do: step, ...more }) => log.info('repaired', { step, ...more }),
    },
    terminal.signal,
  );
}

function verification(
  { terminal, settings }: Session,
  store: Store,
  { verify, rate, resume }: FsckFlags,
): Pick<FsckStoreInput, 'verify'> {
  if (verify !== true) return {};
  const file = verifyPointFile(settings.stateDir, store.name);
  return {
    verify: {
      from: resume === true ? file.read() : undefined,
      bytesPerSecond: rate === undefined ? undefined : parseBytes(rate),
      nowMs: terminal.nowMs,
      wait,
      onPoint: file.write,
    },
  };
}

/** Four saturate Distribution; others have more to give. */
const CONCURRENCY = 8;
