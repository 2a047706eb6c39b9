/*
 * Cuts YAML into pieces that can be read one by one, so that what `kubectl get -o yaml` writes of a large cluster fits in memory:
 *
 *   ---                    a line that begins so ends a document, whatever stands before it
 *   ...                    so does this
 *   items:                 in the first column: what follows is a list, if its items are in the first column, too
 *   - apiVersion: v1       each is a piece
 *     kind: Pod
 *   kind: List             ends it
 *
 * Nothing else in the first column belongs to an item: a text over many lines is indented. See
 * https://yaml.org/spec/1.2.2/#91-documents
 */

/** A piece of YAML that can be read by itself. */
export interface YamlPiece {
  readonly text: string;
  /** Where it begins, from 1. */
  readonly line: number;
  /** Whether it is an item of a list, written as a list of one; else it is a document, less its items. */
  readonly isItem: boolean;
}

export interface YamlSplitter {
  /** @param line - without its line feed */
  push(line: string): void;
  end(): void;
}

const DOCUMENT_MARK = /^(?:---|\.\.\.)(?:\s|$)/;

/** Splits YAML that is pushed line by line. */
export function splitYaml(take: (piece: YamlPiece) => void): YamlSplitter {
  let number = 0;
  let document: string[] = [];
  let documentLine = 1;
  let item: string[] | undefined;
  let itemLine = 1;
  let afterItems = false;

  const keep = (line: string) => {
    if (document.length === 0) documentLine = number;
    document.push(line);
  };
  const endItem = () => {
    if (item !== undefined) take({ text: item.join('\n'), line: itemLine, isItem: true });
    item = undefined;
  };
  const endDocument = () => {
    endItem();
    if (document.some((line) => line.trim() !== ''))
      take({ text: document.join('\n'), line: documentLine, isItem: false });
    document = [];
    afterItems = false;
  };
  return {
    push: (line) => {
      number += 1;
      if (DOCUMENT_MARK.test(line)) {
        endDocument();
        // What stands behind the mark belongs to the document that begins.
        if (line.startsWith('---')) keep(`   ${line.slice(3)}`);
        return;
      }
      // A directive, which has its say before a document begins.
      if (line.startsWith('%') && document.length === 0) return;
      const isOwnLine = /^[^\s#]/.test(line);
      if (afterItems && /^-(?:\s|$)/.test(line)) {
        endItem();
        item = [line];
        itemLine = number;
        return;
      }
      if (isOwnLine) {
        endItem();
        afterItems = /^items:\s*(?:#.*)?$/.test(line);
      }
      if (item === undefined) keep(line);
      else item.push(line);
    },
    end: endDocument,
  };
}
