import { createHash } from 'node:crypto';

/** The one door from the pure rooms to a Node module: a hash is a function of its bytes and of nothing else. */
export function sha256Hex(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export interface RunningHash {
  update(part: string | Uint8Array): void;
  hex(): string;
}

/** A sha256 over what comes in pieces. */
export function runningSha256(): RunningHash {
  const hash = createHash('sha256');
  return { update: (part) => void hash.update(part), hex: () => hash.copy().digest('hex') };
}
