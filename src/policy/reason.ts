/**
 * Why a resource stays or goes. Each code is a word in plans, reports and metrics; `docs/dictionary.md` lists them.
 */
export const reasons = {
  'active-record': { verdict: 'keep', meaning: 'an active record owns it' },
  'evidence-gap': { verdict: 'keep', meaning: 'something that could keep it could not be seen' },
  held: { verdict: 'keep', meaning: 'somebody uses or pins it' },
  'keep-newest': { verdict: 'keep', meaning: 'it is among the newest of its repository' },
  'keep-younger-than': { verdict: 'keep', meaning: 'it is younger than the policy asks for' },
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
  tagged: { verdict: 'keep', meaning: 'it is a tag, and this flow removes none' },
  'stored-manifest': { verdict: 'keep', meaning: 'its repository has it as a manifest, tagged or not' },
  grace: { verdict: 'keep', meaning: 'its links are gone, and a push that still counts on it may be under way' },
  hold: { verdict: 'keep', meaning: 'it is hidden, and can be brought back for some time yet' },
  'in-tag-history': { verdict: 'keep', meaning: 'it is among the newest revisions of a tag' },
  'tag-in-use': { verdict: 'keep', meaning: 'somebody uses the tag of which it is the present revision' },
  'within-size-limit': { verdict: 'keep', meaning: 'no size limit of its project is exceeded' },
  'not-managed': { verdict: 'keep', meaning: 'it was not pushed to the integrated registry, and only what was may go' },
  'out-of-namespace': { verdict: 'keep', meaning: 'this run is about one namespace, and it is not of that alone' },
  'bad-reference': { verdict: 'keep', meaning: 'a reference that can not be read may mean it' },
  'kept-by-policy': { verdict: 'keep', meaning: 'its policy keeps it, or does not delete it' },
  'not-told': { verdict: 'keep', meaning: 'a rule of its policy asks for what nothing tells, or not of all of it' },
  'no-policy': { verdict: 'keep', meaning: 'no policy names its repository' },
  'in-use-again': { verdict: 'keep', meaning: 'it was on its way out, and something asks for it again' },
  'cached-manifest': {
    verdict: 'keep',
    meaning: 'it is the data of a manifest, which a cache of the registry may still take for there',
  },
  'newest-of-pod': { verdict: 'keep', meaning: 'it is the newest of its pod' },
  foreign: { verdict: 'keep', meaning: 'it belongs to somebody else: to no pod' },
  'not-asked-for': { verdict: 'keep', meaning: 'the policy does not speak of it' },
  'not-repullable': { verdict: 'keep', meaning: 'no registry was seen to have it: it could not come back' },
  'target-met': { verdict: 'keep', meaning: 'enough is free without it' },
  'inactive-record': { verdict: 'delete', meaning: 'only inactive records own it' },
  'no-record-expired': {
    verdict: 'delete',
    meaning: 'no record is known for it, and it is older than its class allows',
  },
  expired: { verdict: 'delete', meaning: 'none of the rules of its class keeps it any longer' },
  'deleted-by-policy': { verdict: 'delete', meaning: 'its policy deletes it, and nothing keeps it' },
  'over-size-limit': { verdict: 'delete', meaning: 'it is larger than a limit of its project allows' },
  'beyond-tag-revisions': { verdict: 'delete', meaning: 'newer revisions of its tag fill the number that is kept' },
  'image-is-gone': { verdict: 'delete', meaning: 'it names an image that does not exist any more' },
  'in-no-stream': { verdict: 'delete', meaning: 'no image stream has it, nothing uses it, and it is old enough' },
  ended: { verdict: 'delete', meaning: 'a container that has ended' },
  'stale-sandbox': { verdict: 'delete', meaning: 'a sandbox that is not ready, and old enough' },
  unused: { verdict: 'delete', meaning: 'an image that nothing on the node uses' },
  unpacked: { verdict: 'delete', meaning: 'packed layers of an image that is unpacked' },
  requested: { verdict: 'delete', meaning: 'somebody named it on the command line' },
  retired: { verdict: 'delete', meaning: 'an earlier run had begun to remove it, and nothing needs it' },
  unreferenced: { verdict: 'delete', meaning: 'only things that go refer to it' },
  untagged: { verdict: 'delete', meaning: 'no tag leads to it, and it is older than the policy asks for' },
  'no-manifest': { verdict: 'delete', meaning: 'no manifest that stays names it' },
  'grace-over': { verdict: 'delete', meaning: 'its links are gone for long enough, and nothing asked for it since' },
  'hold-over': { verdict: 'delete', meaning: 'it was hidden for long enough, and nothing asked for it since' },
  'stale-upload': { verdict: 'delete', meaning: 'an upload that nobody has continued for long' },
  'stale-temporary': { verdict: 'delete', meaning: 'a temporary file that its writer has left behind' },
  'dangling-link': { verdict: 'delete', meaning: 'a link to what is not there any more, and nothing asks for' },
  'empty-repository': { verdict: 'delete', meaning: 'a repository with nothing in it' },
} as const satisfies Readonly<Record<string, { readonly verdict: 'keep' | 'delete'; readonly meaning: string }>>;

export type ReasonCode = keyof typeof reasons;

/** A reason with its particulars, in a sentence without a full stop: `record 4711 (archived)`. */
export interface Reason {
  readonly code: ReasonCode;
  readonly because: string;
}
