import { CodedError } from '../../util/pure/coded-error.ts';

/** Every code that talking to a container runtime can fail with. `docs/errors.md` is made from this table. */
export const runtimeErrors = {
  RUNTIME_ADDRESS_INVALID: {
    meaning: 'The address of a container runtime can not be read.',
    hint: 'Write cri:///run/containerd/containerd.sock, containerd:///… or docker:///var/run/docker.sock.',
  },
  RUNTIME_NOT_FOUND: {
    meaning: 'No runtime was named, and there is no socket in any of the usual places.',
    hint: 'Name the socket: --runtime cri:///path/to/the.sock.',
  },
  RUNTIME_SOCKET_MISSING: {
    meaning: 'There is no such socket.',
    hint: 'Check the path, and that the folder of the socket is mounted into the pod.',
  },
  RUNTIME_FORBIDDEN: {
    meaning: 'The socket is there, and may not be used.',
    hint: 'Run as the group that owns the socket ([grpc] gid in containerd’s settings), or as root.',
  },
  RUNTIME_UNREACHABLE: {
    meaning: 'Nobody answers behind the socket, or the connection broke.',
    hint: 'Check that the runtime is running: systemctl status containerd.',
  },
  RUNTIME_TIMED_OUT: {
    meaning: 'The runtime did not answer in time.',
    hint: 'Look at the runtime’s log; a longer --timeout helps where the disk is slow.',
  },
  RUNTIME_UNKNOWN: {
    meaning: 'What answers behind the socket is no such runtime.',
    hint: 'Name the runtime’s own API: cri://, containerd:// or docker://.',
  },
  RUNTIME_UNSUPPORTED: {
    meaning: 'The runtime does not serve what is asked of it.',
    hint: 'Use a runtime that serves runtime.v1: containerd 1.6 or newer, or CRI-O.',
  },
  RUNTIME_FAILED: {
    meaning: 'The runtime refused a request, or failed at it.',
    hint: 'Look at the runtime’s log, and run again.',
  },
} as const;

export type RuntimeErrorCode = keyof typeof runtimeErrors;

/** @param message - what was being done, to what, and what came back. */
export function runtimeFailure(code: RuntimeErrorCode, message: string, cause?: unknown): CodedError<RuntimeErrorCode> {
  return new CodedError(code, message, { hint: hintOf(code), cause });
}

/** As it is said after an error: without a capital and a full stop. */
function hintOf(code: RuntimeErrorCode): string {
  const { hint } = runtimeErrors[code];
  return `${hint.charAt(0).toLowerCase()}${hint.slice(1, -1)}`;
}
