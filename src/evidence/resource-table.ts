import { Growable } from '../util/pure/growable.ts';
import type { DigestList } from './digest-list.ts';
import { DigestTable } from './digest-table.ts';
import { type Resource, type ResourceId, type ResourceKind, resourceKinds } from './resource.ts';

const kindNumbers = new Map<ResourceKind, number>(resourceKinds.map((kind, number) => [kind, number]));

/** Texts, each with a number from 0. */
class TextTable {
  readonly texts: string[] = [];
  readonly #numbers = new Map<string, number>();

  add(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }

  indexOf(text: string): number {
    return this.#numbers.get(text) ?? -1;
  }
}

/** Resources of one kind and scope that follow each other, with their keys in a list that somebody else made. */
interface Block {
  readonly kindNumber: number;
  readonly scopeNumber: number;
  readonly first: ResourceId;
  readonly digests: DigestList;
}

/**
 * Resources as integers. A resource costs 9 bytes and its share of the slots; a sha256 key 32 more, once for all
 * kinds and scopes; any other key and each scope are kept as text, once. Those added as a block cost 9 bytes, and no slot.
 */
export class ResourceTable {
  readonly #kinds = new Growable((length) => new Uint8Array(length));
  readonly #scopeOf = new Growable((length) => new Uint32Array(length));
  /** Number of a digest times two, or number of a text times two plus one. */
  readonly #keyOf = new Growable((length) => new Uint32Array(length));
  readonly #scopes = new TextTable();
  readonly #digests = new DigestTable();
  readonly #texts = new TextTable();
  readonly #blocks: Block[] = [];
  #slots = new Uint32Array(2048);
  #slotsUsed = 0;

  get size(): number {
    return this.#kinds.length;
  }

  /** Adds many at once, in the list's order. @returns the number of the first */
  addBlock(kind: ResourceKind, scope: string, digests: DigestList): ResourceId {
    const kindNumber = kindNumbers.get(kind) as number;
    const scopeNumber = this.#scopes.add(scope);
    const first = this.size;
    for (let id = 0; id < first; id += 1)
      if (this.#kinds.get(id) === kindNumber && this.#scopeOf.get(id) === scopeNumber)
        throw new Error(`a ${kind} of ${scope} was mentioned before the block of them`);
    this.#kinds.fillTo(first + digests.size, kindNumber);
    this.#scopeOf.fillTo(first + digests.size, scopeNumber);
    this.#keyOf.fillTo(first + digests.size, 0);
    this.#blocks.push({ kindNumber, scopeNumber, first, digests });
    return first;
  }

  add(kind: ResourceKind, scope: string, key: string): ResourceId {
    const kindNumber = kindNumbers.get(kind) as number;
    const scopeNumber = this.#scopes.add(scope);
    const inBlock = this.#inBlock(kindNumber, scopeNumber, key);
    if (inBlock >= 0) return inBlock;
    const digest = this.#digests.add(key);
    return this.#addNumbered(kindNumber, scopeNumber, digest >= 0 ? digest * 2 : this.#texts.add(key) * 2 + 1);
  }

  /** A resource with the key of another: as {@link add}, and quicker. */
  addNamedAs(kind: ResourceKind, scope: string, other: ResourceId): ResourceId {
    if (this.#blocks.length > 0) return this.add(kind, scope, this.key(other));
    return this.#addNumbered(kindNumbers.get(kind) as number, this.#scopes.add(scope), this.#keyOf.get(other));
  }

  #addNumbered(kindNumber: number, scopeNumber: number, keyNumber: number): ResourceId {
    const slot = this.#find(kindNumber, scopeNumber, keyNumber);
    const held = this.#slots[slot] as number;
    if (held > 0) return held - 1;

    this.#kinds.push(kindNumber);
    this.#scopeOf.push(scopeNumber);
    this.#keyOf.push(keyNumber);
    this.#slots[slot] = this.size;
    this.#slotsUsed += 1;
    if (this.#slotsUsed * 4 >= this.#slots.length * 3) this.#rehash();
    return this.size - 1;
  }

  /** The number of a resource that was mentioned, or `undefined`. */
  find(kind: ResourceKind, scope: string, key: string): ResourceId | undefined {
    const kindNumber = kindNumbers.get(kind) as number;
    const scopeNumber = this.#scopes.indexOf(scope);
    const inBlock = this.#inBlock(kindNumber, scopeNumber, key);
    if (inBlock >= 0) return inBlock;
    const digest = this.#digests.indexOf(key);
    const keyNumber = digest >= 0 ? digest * 2 : this.#texts.indexOf(key) * 2 + 1;
    if (scopeNumber < 0 || keyNumber < 0) return undefined;
    const held = this.#slots[this.#find(kindNumber, scopeNumber, keyNumber)] as number;
    return held === 0 ? undefined : held - 1;
  }

  kind(id: ResourceId): ResourceKind {
    return resourceKinds[this.#kinds.get(id)] as ResourceKind;
  }

  scope(id: ResourceId): string {
    return this.#scopes.texts[this.#scopeOf.get(id)] as string;
  }

  /** Number of a resource's scope: equal scopes have equal numbers. */
  scopeNumber(id: ResourceId): number {
    return this.#scopeOf.get(id);
  }

  scopeCount(): number {
    return this.#scopes.texts.length;
  }

  scopeAt(scopeNumber: number): string {
    return this.#scopes.texts[scopeNumber] as string;
  }

  key(id: ResourceId): string {
    const block = this.#blockOf(id);
    if (block !== undefined) return block.digests.at(id - block.first);
    const key = this.#keyOf.get(id);
    return key % 2 === 0 ? this.#digests.at(key / 2) : (this.#texts.texts[(key - 1) / 2] as string);
  }

  /** In the order of their keys: less than 0, 0, or more. Digests are compared without their texts, which would have to be made. */
  compareKeys(a: ResourceId, b: ResourceId): number {
    const [keyA, keyB] = [this.#keyOf.get(a), this.#keyOf.get(b)];
    if (this.#blocks.length === 0 && keyA % 2 === 0 && keyB % 2 === 0) return this.#digests.compare(keyA / 2, keyB / 2);
    const [textA, textB] = [this.key(a), this.key(b)];
    return textA < textB ? -1 : textA > textB ? 1 : 0;
  }

  at(id: ResourceId): Resource {
    return { kind: this.kind(id), scope: this.scope(id), key: this.key(id) };
  }

  #blockOf(id: ResourceId): Block | undefined {
    for (const block of this.#blocks) if (id >= block.first && id < block.first + block.digests.size) return block;
    return undefined;
  }

  #inBlock(kindNumber: number, scopeNumber: number, key: string): ResourceId {
    for (const block of this.#blocks) {
      if (block.kindNumber !== kindNumber || block.scopeNumber !== scopeNumber) continue;
      const index = block.digests.indexOf(key);
      if (index >= 0) return block.first + index;
    }
    return -1;
  }

  #find(kind: number, scope: number, key: number): number {
    const mask = this.#slots.length - 1;
    let slot = (Math.imul(key, 0x9e3779b1) ^ Math.imul(scope + 1, 0x85ebca6b) ^ Math.imul(kind + 1, 0xc2b2ae35)) & mask;
    for (;;) {
      const held = (this.#slots[slot] as number) - 1;
      if (held < 0) return slot;
      if (this.#keyOf.get(held) === key && this.#scopeOf.get(held) === scope && this.#kinds.get(held) === kind)
        return slot;
      slot = (slot + 1) & mask;
    }
  }

  #rehash(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    const { size } = this;
    for (let id = 0; id < size; id += 1) {
      const block = this.#blockOf(id);
      if (block !== undefined) {
        id = block.first + block.digests.size - 1; // to its end: none of them has a slot
        continue;
      }
      this.#slots[this.#find(this.#kinds.get(id), this.#scopeOf.get(id), this.#keyOf.get(id))] = id + 1;
    }
  }
}
