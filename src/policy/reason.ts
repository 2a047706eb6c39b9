/**
 * Why a resource stays or goes. Each code is a word in plans, reports and metrics; `docs/dictionary.md` lists them.
 */
export const reasons = {
  'active-record': { verdict: 'keep', meaning: 'an active record owns it' },
  'evidence-gap': { verdict: 'keep', meaning: 'something that could keep it could not be seen' },
  held: { verdict: 'keep', meaning: 'somebody uses or pins it' },
  'keep-newest': { verdict: 'keep', meaning: 'it is among the newest of its repository' },
  'keep-younger-than': { verdict: 'keep', meaning: 'it is younger than its class asks for' },
  'age-unknown': { verdict: 'keep', meaning: 'a rule asks for its age, and nothing tells it' },
  'no-record': { verdict: 'keep', meaning: 'no record is known for it' },
  'not-named': { verdict: 'keep', meaning: 'no policy names it' },
  'orphaned-referrer': {
    verdict: 'keep',
    meaning: 'it belongs to a manifest that is not there, and nobody has retired it',
  },
  'protected-repository': { verdict: 'keep', meaning: 'its repository is protected' },
  referenced: { verdict: 'keep', meaning: 'something that stays refers to it' },
  retained: { verdict: 'keep', meaning: 'its class keeps it until a rule of its own says otherwise' },
  'shares-digest': {
    verdict: 'keep',
    meaning: 'the registry deletes by digest only, and something that stays needs the same manifest',
  },
  'unknown-repository': { verdict: 'keep', meaning: 'no class names its repository' },
  'inactive-record': { verdict: 'delete', meaning: 'only inactive records own it' },
  'no-record-expired': {
    verdict: 'delete',
    meaning: 'no record is known for it, and it is older than its class allows',
  },
  expired: { verdict: 'delete', meaning: 'none of the rules of its class keeps it any longer' },
  requested: { verdict: 'delete', meaning: 'somebody named it on the command line' },
  retired: { verdict: 'delete', meaning: 'an earlier run had begun to remove it, and nothing needs it' },
  unreferenced: { verdict: 'delete', meaning: 'only things that go refer to it' },
} as const satisfies Readonly<Record<string, { readonly verdict: 'keep' | 'delete'; readonly meaning: string }>>;

export type ReasonCode = keyof typeof reasons;

/** A reason with its particulars, in a sentence without a full stop: `record 4711 (archived)`. */
export interface Reason {
  readonly code: ReasonCode;
  readonly because: string;
}
