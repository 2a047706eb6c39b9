import type { KubeObject } from '../contract.ts';
import { type JsonItem, type JsonRest, splitJson } from './json-splitter.ts';
import { malformedAt } from './malformed.ts';
import { itemsOf, type ListHead, type ObjectTaker, takeDocument } from './object-taker.ts';
import { onDemand, type SideBySide } from './side-by-side.ts';

/**
 * Reads a file of JSON: objects, lists, many documents one after the other, of any size; one item at a time is in memory.
 *
 * @param open - gives the file's bytes from the beginning, each time anew
 * @throws CLUSTER_OBJECT_MALFORMED with the line; what came before it was handed on
 */
export async function readJson(path: string, open: () => AsyncIterable<Buffer>, takers: SideBySide): Promise<void> {
  const heads: JsonRest[] = [];
  let isNamedLate = false;
  await pushAll(open(), {
    item: (item) => {
      const head = itemsOf(item.list);
      if (item.kind !== undefined || head !== undefined) takeItem(path, item, head, takers);
      // The list says what its items are only after them, or nobody does.
      else isNamedLate = true;
    },
    rest: (rest) => {
      heads.push({ ...rest, text: '' });
      const read = onDemand(() => parse(path, rest.text, rest.line));
      takers.each((taker) => takeRest(read(), rest, taker));
    },
  });
  if (isNamedLate) await readNamedLate(path, open, heads, takers);
}

/** Reads the items that are named by their list alone, once it is known what that says. */
async function readNamedLate(
  path: string,
  open: () => AsyncIterable<Buffer>,
  heads: readonly JsonRest[],
  takers: SideBySide,
): Promise<void> {
  let number = 0;
  await pushAll(open(), {
    item: (item) => {
      if (item.kind !== undefined || itemsOf(item.list) !== undefined) return;
      takeItem(path, item, itemsOf(heads[number] ?? {}), takers);
    },
    rest: () => {
      number += 1;
    },
  });
}

async function pushAll(chunks: AsyncIterable<Buffer>, take: Parameters<typeof splitJson>[0]): Promise<void> {
  const splitter = splitJson(take);
  let isFirst = true;
  for await (const chunk of chunks) {
    splitter.push(isFirst && hasByteOrderMark(chunk) ? chunk.subarray(3) : chunk);
    isFirst = false;
  }
  splitter.end();
}

function hasByteOrderMark(chunk: Buffer): boolean {
  return chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
}

function takeItem(path: string, item: JsonItem, head: ListHead | undefined, takers: SideBySide): void {
  const apiVersion = item.apiVersion ?? head?.apiVersion;
  const kind = item.kind ?? head?.kind;
  const read = onDemand(() => parse(path, item.bytes.toString('utf8'), item.line));
  takers.each((taker) => {
    // A list within a list may hold anything.
    if (apiVersion !== undefined && kind !== undefined && !kind.endsWith('List') && !taker.wants(apiVersion, kind))
      return;
    takeDocument(read(), taker, head);
  });
}

function takeRest(document: unknown, { itemCount }: JsonRest, taker: ObjectTaker): void {
  if (itemCount === 0) takeDocument(document, taker);
  else if (!Array.isArray(document)) takeRestOfList(document as KubeObject, taker);
}

/** What has items and is no list is an object with a field of that name. */
function takeRestOfList(rest: KubeObject, taker: ObjectTaker): void {
  if (rest.kind?.endsWith('List')) taker.list();
  else if (rest.kind !== undefined) takeDocument(rest, taker);
}

function parse(path: string, text: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformedAt(path, line, text, error);
  }
}
