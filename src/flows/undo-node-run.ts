import { restoreOnNode } from '../apply/node/restore-node.ts';
import type { Runtime } from '../systems/runtime/contract.ts';
import { type UndoInput, type UndoReport, undoRun } from './undo-run.ts';

export interface UndoNodeInput extends Omit<UndoInput, 'restore' | 'concurrency'> {
  readonly runtime: Runtime;
}

/** Pulls the images again that a run has removed from a node, one after the other: a node's network is for its pods. */
export async function undoNodeRun(input: UndoNodeInput): Promise<UndoReport> {
  return await undoRun({ ...input, concurrency: 1, restore: restoreOnNode(input.runtime) });
}
