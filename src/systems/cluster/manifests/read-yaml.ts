import { LineCounter, parseDocument } from 'yaml';
import { messageOf } from '../../../util/pure/coded-error.ts';
import type { KubeObject } from '../contract.ts';
import { malformed } from './malformed.ts';
import { itemsOf, type ObjectTaker, takeDocument } from './object-taker.ts';
import { onDemand, type SideBySide } from './side-by-side.ts';
import { splitYaml, type YamlPiece } from './yaml-splitter.ts';

/**
 * Reads YAML of any number of documents; one document, or one item of a list, is in memory at a time.
 *
 * @throws CLUSTER_OBJECT_MALFORMED with the line; what came before it was handed on
 */
export async function readYaml(path: string, lines: AsyncIterable<string>, takers: SideBySide): Promise<void> {
  const takePiece = new Map<ObjectTaker, TakePiece>();
  const splitter = splitYaml((piece) => {
    const read = onDemand(() => parsePiece(path, piece));
    takers.each((taker) => {
      const take = takePiece.get(taker) ?? pieceTaker(taker);
      takePiece.set(taker, take);
      take(piece, read);
    });
  });
  for await (const line of lines) splitter.push(line);
  splitter.end();
}

type TakePiece = (piece: YamlPiece, read: () => unknown) => void;

function pieceTaker(taker: ObjectTaker): TakePiece {
  /** Items that don't say what they are: their list does, which may end first. */
  let unnamed: KubeObject[] = [];
  return (piece, parsed) => {
    // Where it does not say what it is, its list does.
    if (unnamed.length === 0 && taker.mightWant?.(piece.text) === false && SAYS_KIND.test(piece.text)) return;
    const read = parsed();
    if (!piece.isItem) {
      const list = unnamed.length > 0 ? itemsOf((read ?? {}) as KubeObject) : undefined;
      for (const object of unnamed) takeDocument(object, taker, list);
      unnamed = [];
      takeDocument(read, taker);
      return;
    }
    const [object] = read as readonly unknown[];
    if (isUnnamed(object)) unnamed.push(object);
    else takeDocument(object, taker);
  };
}

const SAYS_KIND = /^(?:- | {2})?kind:/m;

function isUnnamed(object: unknown): object is KubeObject {
  return typeof object === 'object' && object !== null && !('kind' in object);
}

function parsePiece(path: string, { text, line }: YamlPiece): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'silent', merge: true });
  const [error] = document.errors;
  if (error !== undefined) {
    const at = lineCounter.linePos(error.pos[0]).line;
    throw malformed(path, line + at - 1, messageOf(error), text);
  }
  try {
    return document.toJS();
  } catch (thrown) {
    // An alias that leads nowhere, or thousands of them that lead to each other.
    if (!(thrown instanceof ReferenceError)) throw thrown;
    throw malformed(path, line, messageOf(thrown), text);
  }
}
