import type { FileTuning, TunedPart, TunedSetting } from '../contract.ts';
import { NotUnderstood } from '../not-understood.ts';
import { readNodeFile } from './node-file.ts';

export interface AboutFile {
  readonly part: TunedPart;
  readonly path: string;
  readonly byHand: readonly string[];
  readonly restart: string;
}

export interface WorkedOut {
  /** Undefined: no file is there, and none is needed. */
  readonly after: string | undefined;
  readonly settings: readonly TunedSetting[];
  readonly notes: readonly string[];
}

/** Reads a file and works out its change; where that is not understood, it is refused. */
export async function worked(
  about: AboutFile,
  change: (text: string | undefined) => Promise<WorkedOut>,
): Promise<FileTuning> {
  try {
    const before = await readNodeFile(about.path);
    const { after, settings, notes } = await change(before);
    const isSame = after === before;
    return {
      ...about,
      ...{ byHand: [], notes, settings, state: isSame ? 'as-wanted' : 'to-change' },
      ...(before === undefined ? {} : { before }),
      ...(isSame || after === undefined ? {} : { after }),
    };
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
    const byHand = error.byHand.length > 0 ? error.byHand : about.byHand;
    return { ...about, byHand, state: 'refused', why: error.message, settings: [], notes: [] };
  }
}
