import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

/** What a command said, and what it took. */
export interface MeasuredCommand {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly wallMs: number;
  /** User and system time with all its threads, in steps of 10 ms. */
  readonly cpuMs: number;
  /** The most memory that was seen, looked at every 5 ms. */
  readonly peakBytes: number;
}

/** Runs a command by itself (Linux). Only one at a time may be measured. */
export async function measuredCommand(command: readonly [string, ...string[]]): Promise<MeasuredCommand> {
  const [program, ...args] = command;
  const cpuBefore = cpuMsOfEndedChildren();
  const began = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let peakBytes = 0;
  const watch = setInterval(() => {
    peakBytes = Math.max(peakBytes, highWaterBytes(child.pid));
  }, 5);
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  const [exitCode] = (await once(child, 'exit')) as [number | null];
  clearInterval(watch);
  const wallMs = performance.now() - began;
  const [stdout, stderr] = await said;
  return { exitCode: exitCode ?? 1, stdout, stderr, wallMs, cpuMs: cpuMsOfEndedChildren() - cpuBefore, peakBytes };
}

function highWaterBytes(pid: number | undefined): number {
  try {
    const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(found?.[1] ?? 0) * 1024;
  } catch {
    return 0; // it has just ended
  }
}

function cpuMsOfEndedChildren(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}
