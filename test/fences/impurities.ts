import ts from 'typescript';

/** What a pure room must not call or touch: the clock, chance, the process, the network. */
const FORBIDDEN_MEMBERS = ['Date.now', 'Math.random', 'performance.now', 'crypto.randomUUID', 'crypto.getRandomValues'];
const FORBIDDEN_GLOBALS = ['process', 'fetch', 'setTimeout', 'setInterval', 'setImmediate', 'globalThis', 'console'];

/** Where a source file leaves purity: `3: Date.now`. Words in comments and strings are none. */
export function impuritiesIn(source: string): readonly string[] {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.ES2023, true);
  const found: string[] = [];
  visit(file);
  return found;

  function visit(node: ts.Node): void {
    const what = impurityOf(node);
    if (what !== undefined) found.push(`${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1}: ${what}`);
    ts.forEachChild(node, visit);
  }
}

function impurityOf(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const member = `${node.expression.text}.${node.name.text}`;
    if (FORBIDDEN_MEMBERS.includes(member)) return member;
    if (FORBIDDEN_GLOBALS.includes(node.expression.text)) return member;
  }
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
    if (FORBIDDEN_GLOBALS.includes(node.expression.text) || node.expression.text === 'Date')
      return `${node.expression.text}()`;
  }
  const isBareDate =
    ts.isNewExpression(node) &&
    ts.isIdentifier(node.expression) &&
    node.expression.text === 'Date' &&
    (node.arguments?.length ?? 0) === 0;
  return isBareDate ? 'new Date()' : undefined;
}
