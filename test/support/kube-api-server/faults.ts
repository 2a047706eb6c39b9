import type { ServerResponse } from 'node:http';

/** Something that goes wrong with certain requests. What is not said goes as ever. */
export interface Fault {
  /** Which: method and path with its query, as in `GET /api/v1/pods?limit=500`. */
  readonly on: RegExp;
  /** Lets so many of them pass first. */
  after?: number;
  /** How often it happens; absent: always. */
  times?: number;
  /** Runs before it is answered: what changes in the world meanwhile. */
  readonly before?: () => Promise<void> | void;
  readonly delayMs?: number;
  /** Answers with this status. */
  readonly status?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly retryAfterSeconds?: number;
  /** Sends this as the body, with 200 unless `status` says another. */
  readonly body?: string;
  /** Sends so much of the answer and then breaks the connection. */
  readonly cutAfterBytes?: number;
  /** Does not answer at all: breaks the connection. */
  readonly hangUp?: boolean;
}

/** The first fault that is due for a request; its counts go down. */
export function dueFault(faults: readonly Fault[], line: string): Fault | undefined {
  for (const fault of faults) {
    if (!fault.on.test(line) || fault.times === 0) continue;
    if (fault.after !== undefined && fault.after > 0) {
      fault.after -= 1;
      continue;
    }
    if (fault.times !== undefined) fault.times -= 1;
    return fault;
  }
  return undefined;
}

/** Sends the beginning of an answer that claims to be whole. */
export function sendCut(response: ServerResponse, body: string, bytes: number): void {
  const whole = Buffer.from(body);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': whole.length });
  response.write(whole.subarray(0, bytes), () => response.destroy());
}
