import { type PolicyNeeds, policyNeeds } from '../policy/prune.ts';
import type { Settings } from './settings.ts';

/** What a survey has to bring for the policies of `prune`. */
export function pruneNeeds({ prune }: Pick<Settings, 'prune'>): PolicyNeeds {
  return policyNeeds(prune.policy);
}
