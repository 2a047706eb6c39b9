/**
 * Globs over names with `/` between their parts: `*` is any run of characters within a part, `**` any run at all,
 * `?` one character within a part. A glob matches a whole name, never a piece of one.
 */
type Token = { readonly any: 'none'; readonly char: string } | { readonly any: 'one' | 'part' | 'all' };

const cache = new Map<string, readonly Token[]>();

export function matchesGlob(glob: string, name: string): boolean {
  const tokens = tokensOf(glob);
  let states = closure(tokens, new Set([0]));
  for (const char of name) {
    const next = new Set<number>();
    for (const state of states) {
      const token = tokens[state];
      if (token === undefined || !accepts(token, char)) continue;
      next.add(token.any === 'part' || token.any === 'all' ? state : state + 1);
    }
    states = closure(tokens, next);
    if (states.size === 0) return false;
  }
  return states.has(tokens.length);
}

/** Whether some name is matched by both globs. */
export function globsOverlap(left: string, right: string): boolean {
  const a = tokensOf(left);
  const b = tokensOf(right);
  const seen = new Set<number>();
  const open: [number, number][] = [[0, 0]];
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const [i, j] = pair;
    const key = i * (b.length + 1) + j;
    if (seen.has(key)) continue;
    seen.add(key);
    if (i === a.length && j === b.length) return true;
    open.push(...successors(a[i], b[j], i, j));
  }
  return false;
}

/** Where two globs can stand after both read the same character, or after a run of either ends. */
function successors(x: Token | undefined, y: Token | undefined, i: number, j: number): [number, number][] {
  const next: [number, number][] = [];
  if (x !== undefined && isRun(x)) next.push([i + 1, j]);
  if (y !== undefined && isRun(y)) next.push([i, j + 1]);
  if (x !== undefined && y !== undefined && shareACharacter(x, y))
    next.push([isRun(x) ? i : i + 1, isRun(y) ? j : j + 1]);
  return next;
}

function isRun(token: Token): boolean {
  return token.any === 'part' || token.any === 'all';
}

function shareACharacter(x: Token, y: Token): boolean {
  if (x.any === 'none') return accepts(y, x.char);
  if (y.any === 'none') return accepts(x, y.char);
  return true;
}

function accepts(token: Token, char: string): boolean {
  if (token.any === 'none') return token.char === char;
  return token.any === 'all' || char !== '/';
}

function closure(tokens: readonly Token[], states: Set<number>): Set<number> {
  for (const state of states) {
    const token = tokens[state];
    if (token !== undefined && isRun(token)) states.add(state + 1);
  }
  return states;
}

function tokensOf(glob: string): readonly Token[] {
  const known = cache.get(glob);
  if (known !== undefined) return known;
  const tokens: Token[] = [];
  for (let at = 0; at < glob.length; at += 1) {
    const char = glob.charAt(at);
    if (char === '*' && glob.charAt(at + 1) === '*') {
      tokens.push({ any: 'all' });
      at += 1;
    } else if (char === '*') tokens.push({ any: 'part' });
    else if (char === '?') tokens.push({ any: 'one' });
    else tokens.push({ any: 'none', char });
  }
  cache.set(glob, tokens);
  return tokens;
}
