import { isDeepStrictEqual } from 'node:util';
import { type Document, isAlias, isMap, parseAllDocuments, visit } from 'yaml';
import { NotUnderstood } from './not-understood.ts';

/** Reads a YAML file that is one mapping. @throws NotUnderstood where it is something else, or uses what can not be changed safely */
export function readYaml(text: string): Document {
  const [document, second] = parseAllDocuments(text);
  if (second !== undefined) throw new NotUnderstood('it holds several documents');
  if (document === undefined || !('contents' in document)) throw new NotUnderstood('it is empty');
  const [fault] = document.errors;
  if (fault !== undefined) throw new NotUnderstood(`it is no YAML: ${fault.message.split('\n')[0]}`);
  if (!isMap(document.contents)) throw new NotUnderstood('it is no mapping');
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) throw new NotUnderstood('it uses aliases (*name)');
    },
  });
  return document as Document;
}

/**
 * The text of a changed document, comments kept, in the manner of the old text.
 *
 * @param expected - what it must say, read anew.
 * @throws NotUnderstood where it would say something else
 */
export function writeYaml(document: Document, before: string, expected: unknown): string {
  const feed = before.includes('\r\n') ? '\r\n' : '\n';
  const flat = /^[^\s#-][^\n]*:[ \t]*(?:#[^\n]*)?\r?\n- /m.test(before);
  const indent = /:[ \t]*\r?\n( +)[^\s#-]/.exec(before)?.[1]?.length ?? 2;
  const after = document.toString({ lineWidth: 0, indent, indentSeq: !flat, flowCollectionPadding: false });
  const text = feed === '\n' ? after : after.replace(/\r?\n/g, feed);
  if (!isDeepStrictEqual(readYaml(text).toJS(), expected))
    throw new NotUnderstood('changing it would change something else, too');
  return text;
}
