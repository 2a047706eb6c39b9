import { sha256Hex } from '../../util/pure/hash.ts';
import type { NodeJobOrder } from './contract.ts';

/** A Job's pods are called like it, with six characters more: they have to fit into a label. */
const MAX_PREFIX = 30;
const HASH = 12;

/**
 * The name of the one Job that a run has on a node: the API server makes no second one of that name, whoever asks.
 *
 * `node-gc-worker-7-1f0c0e5d4a3b`: the node's name in front is for people, the hash tells.
 */
export function jobName({ node, run }: Pick<NodeJobOrder, 'node' | 'run'>): string {
  const shown = node
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .slice(0, MAX_PREFIX)
    .replace(/^-+|-+$/g, '');
  return `node-gc-${shown === '' ? 'node' : shown}-${sha256Hex(`${node}\0${run}`).slice(0, HASH)}`;
}

/** Tells what Jobs do apart. @param parts - all that decides on it */
export function hashOfOrder(parts: unknown): string {
  return sha256Hex(JSON.stringify(parts)).slice(0, 16);
}
