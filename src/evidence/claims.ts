import { Growable } from '../util/pure/growable.ts';
import type { ResourceId } from './resource.ts';

/** Claims on resources, by whom: two integers a claim. */
export interface Claims {
  readonly length: number;
  readonly resources: Uint32Array;
  /** The claimant of the n-th claim, in its own words. */
  by(n: number): string;
}

/** Collects {@link Claims}; equal words are kept once. */
export class ClaimTable implements Claims {
  readonly #resources = new Growable((length) => new Uint32Array(length));
  readonly #claimants = new Growable((length) => new Uint32Array(length));
  readonly #words: string[] = [];
  readonly #numbers = new Map<string, number>();

  add(resource: ResourceId, by: string): void {
    let number = this.#numbers.get(by);
    if (number === undefined) {
      number = this.#words.push(by) - 1;
      this.#numbers.set(by, number);
    }
    this.#resources.push(resource);
    this.#claimants.push(number);
  }

  get length(): number {
    return this.#resources.length;
  }

  get resources(): Uint32Array {
    return this.#resources.view();
  }

  by(n: number): string {
    return this.#words[this.#claimants.get(n)] as string;
  }
}

/** The first claimant of each resource. */
export function firstClaims(claims: Claims): ReadonlyMap<ResourceId, string> {
  const found = new Map<ResourceId, string>();
  const { resources } = claims;
  for (let n = 0; n < resources.length; n += 1) {
    const resource = resources[n] as ResourceId;
    if (!found.has(resource)) found.set(resource, claims.by(n));
  }
  return found;
}
