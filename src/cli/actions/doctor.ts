import { resolve } from 'node:path';
import { type Check, renderChecks } from '../../report/checks.ts';
import { type ExitCode, exitCodeOfChecks } from '../../report/exit-code.ts';
import type { Runtime } from '../../systems/runtime/contract.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { examine, failed } from '../session/examine.ts';
import { examineNode } from '../session/examine-node.ts';
import { openRuntimeOf } from '../session/runtime-session.ts';
import { type Session, withSession } from '../session/session.ts';
import type { Terminal } from '../terminal.ts';

interface DoctorFlags extends SettingsFlags, OutputFlags {
  readonly node?: boolean;
  readonly runtime?: string;
  readonly root?: string;
}

export async function doctor(terminal: Terminal, flags: DoctorFlags): Promise<ExitCode> {
  return await withSession(terminal, flags, async (session) => {
    const isNode = flags.node === true || flags.runtime !== undefined;
    const checks = isNode ? await examineThisNode(session, flags.root) : await examine(session);
    await terminal.print(renderChecks(checks, flags.output, terminal.paint));
    return exitCodeOfChecks(checks);
  });
}

async function examineThisNode(session: Session, root = '/'): Promise<readonly Check[]> {
  const { cwd, nowMs, signal } = session.terminal;
  let runtime: Runtime;
  try {
    runtime = await openRuntimeOf(session);
  } catch (error) {
    return [failed('runtime: reach', error)];
  }
  try {
    const { timeoutMs } = session.settings.nodeGc;
    return await examineNode({ runtime, root: resolve(cwd, root), timeoutMs, nowMs, signal });
  } finally {
    await runtime.close();
  }
}
