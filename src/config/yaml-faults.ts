import { type Document, isScalar, visit } from 'yaml';

/** Where YAML is not what it should be. The message quotes nothing of the document, as that may be a secret. */
export interface YamlFault {
  readonly offset: number;
  readonly message: string;
  readonly hint: string;
}

/** What is wrong with a document as YAML. Of syntax errors only the first: those behind it mostly follow from it. */
export function yamlFaults(document: Document.Parsed): readonly YamlFault[] {
  const said = [...document.errors, ...document.warnings].map(({ code, message, pos }) => ({
    isSyntax: !['DUPLICATE_KEY', 'TAG_RESOLVE_FAILED'].includes(code),
    fault: { offset: pos[0], ...wordsFor(code, message) },
  }));
  const first = said.find(({ isSyntax }) => isSyntax);
  const faults = said.filter((one) => one === first || !one.isSyntax).map(({ fault }) => fault);
  return [...faults, ...oddities(document)].toSorted((one, other) => one.offset - other.offset);
}

function wordsFor(code: string, message: string): Pick<YamlFault, 'message' | 'hint'> {
  switch (code) {
    case 'DUPLICATE_KEY':
      return { message: 'this key stands here for the second time', hint: 'keep one of them' };
    case 'MULTIPLE_DOCS':
      return { message: 'a second document begins here', hint: 'put all settings into one document' };
    case 'TAG_RESOLVE_FAILED':
      return { message: 'this tag (!…) is not known', hint: 'remove it, or put the text in quotes' };
    case 'TAB_AS_INDENT':
      return { message: 'this line is indented with a tab', hint: 'indent with spaces' };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return {
        message: 'a map begins where a value stands already',
        hint: 'check the indentation of the next line, or put the value in quotes if it has ": " in it',
      };
    case 'BAD_SCALAR_START':
      return { message: 'a value begins with a character that YAML keeps for itself', hint: 'put the value in quotes' };
    case 'MISSING_CHAR':
      if (message.includes('quote'))
        return { message: 'a quote is not closed', hint: 'close it at the end of the value' };
  }
  const words = message.replace(/:? ?"(?:[^"\\]|\\.)*"$/s, '').replace(/\s+/g, ' ');
  return { message: `this is not YAML: ${words}`, hint: 'check indentation, quotes and brackets around here' };
}

/** What is YAML, and cannot be settings. */
function oddities(document: Document.Parsed): readonly YamlFault[] {
  const faults: YamlFault[] = [];
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return;
      const hint = 'define the anchor (&name) before it, or put the text in quotes';
      faults.push({ offset: alias.range?.[0] ?? 0, message: 'there is no anchor for this alias (*…)', hint });
    },
    Pair: (_, { key }) => {
      if (isScalar(key) || key === null) return;
      const offset = (key as { readonly range?: readonly number[] }).range?.[0] ?? 0;
      faults.push({ offset, message: 'a key is a map, a list or an alias', hint: 'write the name of a setting' });
    },
  });
  return faults;
}
