import { createHash } from 'node:crypto';

/** The one door from the pure rooms to a Node module: a hash is a function of its bytes and of nothing else. */
export function sha256Hex(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export interface RunningHash {
  update(text: string): void;
  hex(): string;
}

/** A sha256 over text that comes in pieces. */
export function runningSha256(): RunningHash {
  const hash = createHash('sha256');
  return { update: (text) => void hash.update(text), hex: () => hash.copy().digest('hex') };
}
