import type { FileTuning, NodeConfig } from '../systems/node-config/contract.ts';
import { CodedError } from '../util/pure/coded-error.ts';

export interface TunedFile extends FileTuning {
  /** Whether it was written. */
  readonly written: boolean;
  /** Where the text that was there is kept. */
  readonly copy?: string;
  /** Why it could not be written. */
  readonly failure?: { readonly code: string; readonly message: string; readonly hint?: string };
}

/** Writes what is to be changed, file by file: one that can not be written does not keep the others from it. */
export async function writeTuning(
  config: NodeConfig,
  files: readonly FileTuning[],
  nowMs: number,
): Promise<readonly TunedFile[]> {
  const done: TunedFile[] = [];
  for (const file of files)
    done.push(file.state === 'to-change' ? await writeOne(config, file, nowMs) : unwritten(file));
  return done;
}

/** A file that was only looked at. */
export function unwritten(file: FileTuning): TunedFile {
  return { ...file, written: false };
}

async function writeOne(config: NodeConfig, file: FileTuning, nowMs: number): Promise<TunedFile> {
  try {
    const copy = await config.write(file, nowMs);
    return { ...file, written: true, ...(copy === undefined ? {} : { copy }) };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const { code, message, hint } = error;
    return { ...file, written: false, failure: { code, message, ...(hint === undefined ? {} : { hint }) } };
  }
}
