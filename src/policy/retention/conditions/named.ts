import { nameMatcher } from '../match-name.ts';
import { no, yes } from '../truth.ts';
import type { Prepare } from './prepare.ts';

/** Whether one of the patterns fits the whole name of the tag. */
export const matching: Prepare<'matching'> = ({ patterns }) => {
  const match = nameMatcher(patterns);
  return ({ tag }) => {
    if (tag === undefined) return no('no tag leads to it');
    const fitting = match(tag);
    return fitting === undefined ? no('its name does not match') : yes(`its name matches ${fitting}`);
  };
};

/** Whether no tag leads to it. */
export const untagged: Prepare<'untagged'> =
  () =>
  ({ tag }) =>
    tag === undefined ? yes('no tag leads to it') : no('it is tagged');
