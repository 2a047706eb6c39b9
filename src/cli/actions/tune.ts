import { resolve } from 'node:path';
import { unwritten, writeTuning } from '../../flows/tune.ts';
import { type ExitCode, exitCodes } from '../../report/exit-code.ts';
import { renderTune } from '../../report/tune/render-tune.ts';
import { tuningStatus } from '../../report/tune/tuned-file.ts';
import { fileNodeConfig, tuningOf } from '../../systems/node-config/index.ts';
import { parseDuration } from '../../util/pure/duration.ts';
import type { OutputFlags } from '../options/output.ts';
import type { Terminal } from '../terminal.ts';

interface TuneFlags extends OutputFlags {
  readonly high: string;
  readonly low: string;
  readonly minAge: string;
  readonly maxAge?: string;
  readonly discardUnpackedLayers?: boolean;
  readonly kubeletConfig?: string;
  readonly k3sConfig?: string;
  readonly containerdConfig?: string;
  readonly root: string;
  readonly write?: boolean;
}

export async function tune(terminal: Terminal, flags: TuneFlags): Promise<ExitCode> {
  const { cwd, signal, nowMs } = terminal;
  const { maxAge, kubeletConfig, k3sConfig, containerdConfig } = flags;
  const tuning = tuningOf({
    high: flags.high,
    low: flags.low,
    minAgeMs: parseDuration(flags.minAge),
    ...(maxAge === undefined ? {} : { maxAgeMs: parseDuration(maxAge) }),
    discardUnpackedLayers: flags.discardUnpackedLayers === true,
  });
  const config = fileNodeConfig({
    root: resolve(cwd, flags.root),
    ...(kubeletConfig === undefined ? {} : { kubelet: resolve(cwd, kubeletConfig) }),
    ...(k3sConfig === undefined ? {} : { k3s: resolve(cwd, k3sConfig) }),
    ...(containerdConfig === undefined ? {} : { containerd: resolve(cwd, containerdConfig) }),
  });
  const seen = await config.read(tuning, signal);
  const files = flags.write === true ? await writeTuning(config, seen, nowMs()) : seen.map(unwritten);
  await terminal.print(renderTune(files, flags.output, terminal.paint));
  return files.some((file) => ['refused', 'failed'].includes(tuningStatus(file))) ? exitCodes.partial : exitCodes.done;
}
