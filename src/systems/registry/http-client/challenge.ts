/** One way in that a server offers with 401. */
export interface Challenge {
  /** Lower case: `bearer`, `basic`. */
  readonly scheme: string;
  /** Lower-case names. */
  readonly parameters: Readonly<Record<string, string>>;
}

const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const PARAMETER = /\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))/y;
const TOKEN68 = /[A-Za-z0-9._~+/-]+=*(?=\s*(?:,|$))/y;
const GAP = /[\s,]*/y;

/**
 * Reads a `WWW-Authenticate` header: any number of challenges, parameters with and without quotes, commas inside of quotes
 * (`scope="repository:app:pull,push"`). What cannot be understood ends the reading; the challenges before it count.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
 */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { readonly scheme: string; readonly parameters: Record<string, string> }[] = [];
  let at = 0;
  const eat = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };

  for (;;) {
    eat(GAP);
    const word = eat(TOKEN)?.[0].toLowerCase();
    if (word === undefined) return challenges;
    const value = eat(PARAMETER);
    if (value === null) {
      challenges.push({ scheme: word, parameters: {} });
      eat(GAP);
      const mark = at;
      // `Negotiate YII=`: a challenge may carry one blob instead of parameters; a lone word is the next scheme.
      const blob = eat(TOKEN68);
      if (blob !== null && !blob[0].includes('=')) at = mark;
      continue;
    }
    const challenge = challenges.at(-1);
    if (challenge === undefined) return challenges;
    challenge.parameters[word] = value[1]?.replace(/\\(.)/g, '$1') ?? value[2] ?? '';
  }
}
