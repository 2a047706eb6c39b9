/*
 * Cuts the objects out of JSON while it comes in, so that a list of many gigabytes takes no more memory than its largest object:
 *
 *   {"apiVersion": "v1", "items": [ITEM, ITEM, …], "kind": "List", …}     as kubectl writes it, and the API
 *   [ITEM, ITEM, …]
 *   DOCUMENT DOCUMENT …                                                   one after the other
 *
 * Only strings and brackets are looked at. Whether what was cut out is JSON, and what is left of a document with a 0 in place of each
 * item, is for JSON.parse to say: between the two of them nothing gets by.
 */

/** An object that was cut out of a list. */
export interface JsonItem {
  /** Valid during the call alone. */
  readonly bytes: Buffer;
  /** Of its own fields, unread as yet; undefined: it has none, or not for sure. */
  readonly kind: string | undefined;
  readonly apiVersion: string | undefined;
  /** Where it begins, from 1. */
  readonly line: number;
  /** The fields of the list that came before it. */
  readonly list: JsonHead;
}

export interface JsonHead {
  readonly kind: string | undefined;
  readonly apiVersion: string | undefined;
}

/** A document to its end, but for its items. */
export interface JsonRest extends JsonHead {
  /** With a `0` in place of each item. */
  readonly text: string;
  readonly itemCount: number;
  readonly line: number;
}

export interface JsonSplitter {
  push(chunk: Buffer): void;
  /** There is no more. A document that is not complete is given as it is. */
  end(): void;
}

const [QUOTE, BACKSLASH, OPEN_MAP, OPEN_LIST] = [0x22, 0x5c, 0x7b, 0x5b];
const [COLON, COMMA, LINE_FEED] = [0x3a, 0x2c, 0x0a];
const ZERO = Buffer.from('0');
/** 1 for the bytes that mean something outside of a string. */
const MEANS = Uint8Array.from({ length: 256 }, (_, byte) => ('"{}[]:,\n'.includes(String.fromCharCode(byte)) ? 1 : 0));
/** Longer names of fields and kinds are none that matter. */
const LONGEST_NAME = 256;

/** Called with each item, and at the end of each document with the rest of it. */
interface Take {
  item(item: JsonItem): void;
  rest(rest: JsonRest): void;
}

/** Splits JSON that is pushed in pieces. */
export function splitJson(take: Take): JsonSplitter {
  return new Splitter(take);
}

class Splitter implements JsonSplitter {
  readonly #take: Take;
  #line = 1;
  #depth = 0;
  #inString = false;
  #isEscaped = false;
  /** The depth within the list whose maps are items; -1: no such list is open. */
  #listDepth = -1;
  #isInItem = false;
  /** What has come of the item in earlier chunks. */
  #pieces: Buffer[] = [];
  #itemLine = 1;
  #itemCount = 0;
  readonly #rest = new GrowingText();
  #restLine = 1;
  readonly #document = new Names();
  readonly #item = new Names();
  /** Where names are read just now: in the document's own fields, or an item's. */
  #names = this.#document;
  #namesDepth = 1;

  constructor(take: Take) {
    this.#take = take;
  }

  push(chunk: Buffer): void {
    const { length } = chunk;
    /** Where what is not handed on yet begins: of an item, or of the rest. */
    let from = 0;
    let at = 0;
    for (;;) {
      if (this.#inString) at = this.#passString(chunk, at);
      while (at < length && MEANS[chunk[at] as number] === 0) at += 1;
      if (at >= length) break;
      const byte = chunk[at] as number;
      at += 1;
      if (byte === QUOTE) {
        if (this.#depth === this.#namesDepth) this.#names.begin();
        else {
          // Most strings are no names, and whole: they are only stepped over.
          const end = endOfString(chunk, at);
          if (end < length) {
            at = end + 1;
            continue;
          }
        }
        this.#inString = true;
      } else if (byte === COLON) {
        if (this.#depth === this.#namesDepth) this.#names.colon();
      } else if (byte === COMMA) {
        if (this.#depth === this.#namesDepth) this.#names.comma();
      } else if (byte === LINE_FEED) this.#line += 1;
      else if (byte === OPEN_MAP || byte === OPEN_LIST) {
        if (byte === OPEN_MAP && this.#depth === this.#listDepth) {
          this.#rest.add(chunk, from, at - 1);
          from = at - 1;
          this.#beginItem();
        }
        this.#open(byte);
      } else {
        this.#depth -= 1;
        if (this.#depth > this.#listDepth && this.#depth > 0) continue;
        if (this.#isInItem) this.#endItem(chunk.subarray(from, at));
        else this.#rest.add(chunk, from, at);
        from = at;
        if (this.#depth < this.#listDepth) this.#listDepth = -1;
        if (this.#depth <= 0) this.#endDocument();
      }
    }
    if (this.#isInItem) this.#pieces.push(chunk.subarray(from));
    else this.#rest.add(chunk, from, length);
  }

  end(): void {
    if (this.#depth !== 0 || !this.#rest.isBlank()) this.#endDocument();
  }

  /** @returns where it goes on behind the string, or the chunk's end */
  #passString(chunk: Buffer, start: number): number {
    const { length } = chunk;
    const at = endOfString(chunk, this.#isEscaped ? start + 1 : start);
    this.#isEscaped = at > length;
    const isName = this.#depth === this.#namesDepth;
    if (isName) this.#names.add(chunk, start, Math.min(at, length));
    if (at >= length) return length;
    this.#inString = false;
    if (isName) this.#names.end();
    return at + 1;
  }

  #open(byte: number): void {
    if (this.#depth === 0) {
      this.#restLine = this.#line;
      this.#document.reset();
      if (byte === OPEN_LIST) this.#listDepth = 1;
    } else if (this.#depth === 1 && this.#listDepth < 0 && byte === OPEN_LIST && this.#document.field === 'items')
      this.#listDepth = 2;
    this.#depth += 1;
  }

  #beginItem(): void {
    this.#isInItem = true;
    this.#itemLine = this.#line;
    this.#item.reset();
    this.#names = this.#item;
    this.#namesDepth = this.#listDepth + 1;
  }

  #endItem(last: Buffer): void {
    const bytes = this.#pieces.length === 0 ? last : Buffer.concat([...this.#pieces, last]);
    const { kind, apiVersion } = this.#item;
    const list = { kind: this.#document.kind, apiVersion: this.#document.apiVersion };
    this.#itemCount += 1;
    this.#leaveItem();
    this.#rest.add(ZERO, 0, 1);
    this.#take.item({ bytes, kind, apiVersion, line: this.#itemLine, list });
  }

  #leaveItem(): void {
    this.#pieces = [];
    this.#isInItem = false;
    this.#names = this.#document;
    this.#namesDepth = 1;
  }

  #endDocument(): void {
    const { kind, apiVersion } = this.#document;
    const rest = { text: this.#rest.take(), kind, apiVersion, itemCount: this.#itemCount, line: this.#restLine };
    this.#leaveItem();
    this.#itemCount = 0;
    this.#depth = 0;
    this.#listDepth = -1;
    this.#take.rest(rest);
  }
}

/** @returns where its closing quote stands; the chunk's length: it goes on behind the chunk; one more: with an escaped character */
function endOfString(chunk: Buffer, start: number): number {
  const { length } = chunk;
  let at = start;
  while (at < length) {
    const byte = chunk[at];
    if (byte === QUOTE) return at;
    at += byte === BACKSLASH ? 2 : 1;
  }
  return at;
}

/** The two fields of a map that are read while it goes by. */
class Names {
  kind: string | undefined;
  apiVersion: string | undefined;
  /** Whose value comes next. */
  field = '';
  #text = '';
  #isSure = true;

  reset(): void {
    this.kind = undefined;
    this.apiVersion = undefined;
    this.field = '';
    this.#isSure = true;
  }

  begin(): void {
    this.#text = '';
  }

  add(chunk: Buffer, from: number, to: number): void {
    if (this.#text.length + to - from <= LONGEST_NAME) this.#text += chunk.toString('latin1', from, to);
    else this.#text = '…';
  }

  end(): void {
    if (this.field === '' && this.#text.includes('\\')) this.#isSure = false;
    const value = this.#isSure && !this.#text.includes('\\') ? this.#text : undefined;
    if (this.field === 'kind') this.kind = value;
    else if (this.field === 'apiVersion') this.apiVersion = value;
    if (!this.#isSure) this.kind = this.apiVersion = undefined;
  }

  colon(): void {
    this.field = this.#text;
  }

  comma(): void {
    this.field = '';
  }
}

/** Text that is added to in small pieces. They are copied: what lies between two items must not hold on to all of a chunk. */
class GrowingText {
  #bytes = Buffer.alloc(1024);
  #length = 0;

  add(bytes: Buffer, from: number, to: number): void {
    const length = this.#length + to - from;
    if (length > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(length, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    bytes.copy(this.#bytes, this.#length, from, to);
    this.#length = length;
  }

  isBlank(): boolean {
    return this.#bytes.toString('utf8', 0, this.#length).trim() === '';
  }

  take(): string {
    const text = this.#bytes.toString('utf8', 0, this.#length);
    this.#length = 0;
    return text;
  }
}
