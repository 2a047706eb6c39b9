/*
 * A message of this schema has two lines: what is wrong with the value, said of `it`, and one next step.
 * The value itself is not repeated: who shows the problem shows the value, without its secrets.
 */

export function complaint(what: string, nextStep: string): string {
  return `${what}\n${nextStep}`;
}

/** Takes a {@link complaint} apart again. A message that is none (zod's own) has a general next step. */
export function readComplaint(text: string): { readonly message: string; readonly hint: string } {
  const [message = '', hint = 'see docs/config.md for what may stand here'] = text.split('\n', 2);
  return { message, hint };
}

/** For zod's `error`: the value is of another type than `what`. */
export function expected(what: string, nextStep: string): (issue: { readonly input?: unknown }) => string {
  return ({ input }) => complaint(`it is ${kindOf(input)}, not ${what}`, nextStep);
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
    case 'bigint':
      return 'a number';
    case 'boolean':
      return String(value);
    default:
      return 'a map';
  }
}
