import type { ReasonCode } from '../../policy/reason.ts';

/** What would have to change for the opposite verdict: one sentence for each reason. */
const changes: Readonly<Record<ReasonCode, string>> = {
  'active-record': 'every record that owns it would have to become inactive',
  'evidence-gap': 'what could not be seen would have to be seen; `winnow doctor` tells what is in the way',
  held: 'whoever uses or pins it would have to let it go',
  'keep-newest': 'newer tags would have to come into its repository, or its class keep fewer of the newest',
  'keep-younger-than': 'it would have to grow older, or its class ask for less age',
  'age-unknown':
    'something would have to tell its age: the registry, the image, or Winnow’s own memory of earlier runs',
  'no-record':
    'an inactive record would have to name it, or its class retire what has no record (whenNoRecord: retire)',
  'not-named': 'a class of the policy would have to name it',
  'orphaned-referrer':
    'a record would have to retire the manifest that it belongs to; or remove it by hand with `winnow tag rm`',
  'protected-repository': 'its repository would have to leave the protected class; a record alone never suffices',
  referenced: 'everything that stays and refers to it would have to go first',
  retained: 'its class would need a rule that lets it go (age, newest, or an inactive record)',
  'shares-digest':
    'everything that needs the same manifest would have to go, or the tag be overwritten first (--untag-by-overwrite)',
  'unknown-repository': 'a class in the settings would have to name its repository',
  'inactive-record': 'a record that owns it would have to be active',
  'no-record-expired': 'an active record would have to name it, or its class give it more time',
  expired: 'a rule of its class would have to keep it again, or an active record own it',
  requested: 'the command that names it would have to be left undone',
  retired: 'something that stays would have to refer to it; what an earlier run had begun is finished',
  tagged: 'it is removed with `winnow tag rm`, or by `winnow reconcile`',
  'stored-manifest': 'it would have to be deleted, or the run be made with --delete-untagged and no tag lead to it',
  grace: 'its grace would have to pass',
  hold: 'its hold would have to pass; until then `winnow undo` brings it back',
  'in-use-again': 'nothing would have to ask for it any more',
  'cached-manifest': 'the registry would have to run without a cache, or be restarted after the run',
  untagged: 'a tag would have to lead to it, or something that stays need it',
  'no-manifest': 'a manifest that stays would have to name it',
  'grace-over': 'a manifest that stays would have to name it, or somebody push it again',
  'hold-over': 'a manifest that stays would have to name it, or somebody push it again',
  'stale-upload': 'its client would have to go on',
  'stale-temporary': 'its writer would have to go on',
  'dangling-link': 'what it leads to would have to be pushed again',
  'empty-repository': 'something would have to be pushed into it',
  'in-tag-history': 'its tag would have to move on, or fewer revisions be kept (--keep-tag-revisions)',
  'tag-in-use': 'nobody would have to use that tag, or the tag move on',
  'within-size-limit': 'it would have to be larger than a limit of its project',
  'not-managed': 'the run would have to be made without --all=false',
  'out-of-namespace': 'the run would have to be made without --namespace',
  'bad-reference': 'the reference would have to be corrected, or removed',
  'kept-by-policy': 'its policy would have to let it go, or to delete it',
  'not-told': 'something would have to tell what the rule asks for, or its policy leave that rule out',
  'no-policy': 'a policy in the settings would have to name its repository',
  'deleted-by-policy': 'a rule of its policy would have to keep it, or somebody use it',
  'over-size-limit': 'somebody would have to use it, or the limit be raised',
  'beyond-tag-revisions': 'somebody would have to use it, or more revisions be kept (--keep-tag-revisions)',
  'image-is-gone': 'its image would have to be pushed or imported again',
  'in-no-stream': 'somebody would have to use it, or tag it into an image stream',
  'newest-of-pod': 'its pod would have to start a newer one, or the policy take all that have ended',
  foreign: 'whoever made it would have to remove it',
  'not-asked-for': 'the policy would have to name it',
  'not-repullable': 'a registry would have to have it',
  'target-met': 'the disk would have to be fuller',
  ended: 'its pod would have to need it still',
  'stale-sandbox': 'its pod would have to need it still',
  unused: 'a container would have to use it, or a workload name it',
  unpacked: 'the policy would have to leave content alone',
  unreferenced: 'something that stays would have to refer to it',
};

/** What would have to change for a kept thing to go, or for one that goes to stay. No full stop. */
export function whatWouldChange(code: ReasonCode): string {
  return changes[code];
}
