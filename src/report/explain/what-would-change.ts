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
  unreferenced: 'something that stays would have to refer to it',
};

/** What would have to change for a kept thing to go, or for one that goes to stay. No full stop. */
export function whatWouldChange(code: ReasonCode): string {
  return changes[code];
}
