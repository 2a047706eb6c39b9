import type { AddCommand } from '../command.ts';
import { addApply } from './apply.ts';
import { addCompletion } from './completion.ts';
import { addConfig } from './config.ts';
import { addDemo } from './demo.ts';
import { addDoctor } from './doctor.ts';
import { addDu } from './du.ts';
import { addExplain } from './explain.ts';
import { addFsck } from './fsck.ts';
import { addHardPrune } from './hard-prune.ts';
import { addNodeGc } from './node-gc.ts';
import { addPolicy } from './policy.ts';
import { addPrune } from './prune.ts';
import { addReconcile } from './reconcile.ts';
import { addRepo } from './repo.ts';
import { addRun } from './run.ts';
import { addServe } from './serve.ts';
import { addSnapshot } from './snapshot.ts';
import { addTag } from './tag.ts';
import { addTune } from './tune.ts';
import { addUndo } from './undo.ts';

/** All commands, in the order of the help. */
export const commands: readonly AddCommand[] = [
  addReconcile,
  addPrune,
  addHardPrune,
  addNodeGc,
  addSnapshot,
  addApply,
  addUndo,
  addServe,
  addExplain,
  addDu,
  addFsck,
  addRepo,
  addTag,
  addRun,
  addPolicy,
  addDoctor,
  addTune,
  addConfig,
  addDemo,
  addCompletion,
];
