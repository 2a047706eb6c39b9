/**
 * Something that could not be seen. A gap travels to the plan and can only cause keeping.
 *
 * `scope` is a prefix of resource scopes, cut at `/`: `registry.example:5000` covers all of that registry,
 * `registry.example:5000/team/app` one repository (and repositories nested in it), the empty string everything.
 *
 * - `existence`: there may be more things than were listed.
 * - `references`: something in the scope may name other things there (an unreadable manifest).
 * - `holds`: someone may be using a thing in the scope (a cluster or a record that did not answer).
 */
export interface Gap {
  readonly scope: string;
  readonly hides: 'existence' | 'references' | 'holds';
  /** The source that could not see, e.g. `records postgres`. */
  readonly source: string;
  /** What was being done, to what, and what came back. */
  readonly cause: string;
  /** One next step, where there is one. */
  readonly hint?: string;
}

/** Whether a gap's scope covers a resource's scope. */
export function covers(gapScope: string, scope: string): boolean {
  return gapScope === '' || scope === gapScope || scope.startsWith(`${gapScope}/`);
}
