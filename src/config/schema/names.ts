import { isRepository } from '../../oci/reference.ts';
import { complaint } from './complaint.ts';
import { checkedText } from './leaves.ts';

/** A glob over repository names, as `util/pure/glob.ts` reads it: `*` within a part of the name, `**` over parts, `?` one character. */
export function repositoryGlob(like = 'team/*') {
  return checkedText('glob', like, globFault);
}

/** The name of one repository, without the registry's host. */
export function repositoryName(like: string) {
  return checkedText('repository', like, (name) => {
    if (isRepository(name)) return undefined;
    if (/[*?]/.test(name))
      return complaint('it is a glob, not the name of one repository', `write a name like ${like}`);
    return nameFault(name) ?? complaint('it is not the name of a repository', `write a name like ${like}`);
  });
}

function globFault(glob: string): string | undefined {
  if (/[[\]{}!()|^$+\\]/.test(glob))
    return complaint(
      'it has characters that are not special here and occur in no repository',
      'only *, ** and ? are special: write a list of several globs instead',
    );
  const fault = nameFault(glob);
  if (fault !== undefined) return fault;
  // Whether any name can match at all: the globs' special characters stand for a letter.
  return isRepository(glob.replace(/[*?]+/g, 'x'))
    ? undefined
    : complaint(
        'no repository can have such a name',
        'write parts of letters, digits and single separators, like team/app-*',
      );
}

function nameFault(name: string): string | undefined {
  if (/\s/.test(name)) return complaint('it has white space in it', 'write each repository as an entry of its own');
  if (name.includes('..')) return complaint('it has .. in it', 'write the name of the repository in full');
  if (/:\/\/|^[^/]*:\d+\/|^localhost\//.test(name))
    return complaint(
      'it has the host of a registry in it',
      'leave the host out: team/*, not registry.example:5000/team/*',
    );
  if (/[:@]/.test(name)) return complaint('it has a tag or digest in it', 'name the repository alone');
  if (/[A-Z]/.test(name))
    return complaint('it has capital letters in it, which no repository has', `write ${name.toLowerCase()}`);
  if (/^\/|\/$|\/\//.test(name))
    return complaint('it has an empty part', 'write no / at the beginning, at the end, or twice');
  if (/[^a-z0-9._/*?-]/.test(name))
    return complaint(
      'it has characters that occur in no repository',
      'use small letters, digits, and . _ - / between them',
    );
  return undefined;
}
