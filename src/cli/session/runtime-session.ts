import { hostname } from 'node:os';
import type { NodeScope } from '../../plan/plan.ts';
import type { Runtime } from '../../systems/runtime/contract.ts';
import { openRuntime, parseRuntimeAddress } from '../../systems/runtime/index.ts';
import type { Session } from './session.ts';

/** Opens the runtime that the settings name, or the one that is found. */
export async function openRuntimeOf({ settings, terminal }: Session, named?: string): Promise<Runtime> {
  const address = named ?? settings.nodeGc.runtime;
  const { timeoutMs } = settings.nodeGc;
  return await openRuntime(
    address === undefined ? undefined : parseRuntimeAddress(address),
    { timeoutMs, nowMs: terminal.nowMs },
    terminal.signal,
  );
}

export function nodeScope({ settings }: Session, runtime: Pick<Runtime, 'name'>): NodeScope {
  return { name: settings.nodeGc.nodeName ?? process.env['NODE_NAME'] ?? hostname(), runtime: runtime.name };
}
