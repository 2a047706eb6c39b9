import type { PrunePolicyInput } from '../schema/prune-policies.ts';
import type { Check } from './parts.ts';

const at = (index: number, ...rest: (string | number)[]) => ['prune', 'policies', index, ...rest];

/** Names of policies are theirs alone: reasons name them. */
export const prunePolicyNames: Check = ({ prunePolicies }) =>
  prunePolicies.flatMap(({ index, value: { name } }) => {
    const first = prunePolicies.find((one) => one.index < index && one.value.name === name);
    if (first === undefined) return [];
    const message = `prune.policies[${first.index}] has this name, too`;
    return [{ severity: 'error', path: at(index, 'name'), message, hint: 'give each policy a name of its own' }];
  });

/** A policy that says nothing keeps everything, which may be meant. */
export const prunePolicyWithoutRule: Check = ({ prunePolicies }) =>
  prunePolicies.flatMap(({ index, value }) => {
    if (Object.keys(value).some((key) => key !== 'name' && key !== 'repositories')) return [];
    const message = `policy ${value.name} has no rule: it keeps everything`;
    return [{ severity: 'warning', path: at(index), message, hint: 'add a rule, like keepNewest: 10' }];
  });

/** The first policy that names a repository holds for it: the same glob further down is never reached. */
export const prunePolicyShadowed: Check = ({ prunePolicies }) =>
  prunePolicies.flatMap(({ index, value }) =>
    value.repositories.flatMap((glob, n) => {
      const first = prunePolicies.find((one) => one.index < index && covers(one.value, glob));
      if (first === undefined) return [];
      const message = `it has no effect: policy ${first.value.name} comes first for all these repositories`;
      return [
        {
          severity: 'warning' as const,
          path: at(index, 'repositories', n),
          message,
          hint: 'move this policy before that one, or remove the glob',
        },
      ];
    }),
  );

/** Whether a policy surely names all that a glob names. */
function covers({ repositories }: PrunePolicyInput, glob: string): boolean {
  return repositories.some((one) => one === '**' || one === glob);
}
