import { CodedError } from '../../util/pure/coded-error.ts';

/** Every code that looking at or writing a node's settings can fail with. `docs/errors.md` is made from this table. */
export const nodeConfigErrors = {
  TUNE_INVALID: {
    meaning: 'What a node is to be tuned to makes no sense, and the kubelet would not start with it.',
    hint: 'give percentages from 0 to 100, --low below --high, and --max-age above --min-age',
  },
  TUNE_NO_FILE: {
    meaning: 'None of the files that `tune` knows is there, or not the one that was named.',
    hint: 'name the files with --kubelet-config, --k3s-config or --containerd-config; in a pod, the mounted root of the node with --root',
  },
  TUNE_UNREADABLE: {
    meaning: 'A settings file of the node can not be read.',
    hint: 'run as root: these files are not for everybody',
  },
  TUNE_CHANGED: {
    meaning: 'A settings file was changed by somebody else between being read and being written. It was left alone.',
    hint: 'run `winnow tune` again',
  },
  TUNE_UNWRITABLE: {
    meaning: 'A settings file, or the copy that is kept of it, can not be written. The file is as it was.',
    hint: 'run as root, and where the root of the node is mounted into a pod, mount it to be written to',
  },
} as const;

export type NodeConfigErrorCode = keyof typeof nodeConfigErrors;

/** @param message - what was being done, to what, and what came back. */
export function nodeConfigFailure(
  code: NodeConfigErrorCode,
  message: string,
  cause?: unknown,
): CodedError<NodeConfigErrorCode> {
  return new CodedError(code, message, { hint: nodeConfigErrors[code].hint, cause });
}
