import {
  classesWithoutRecords,
  classNames,
  classOverlaps,
  retainedWithoutRule,
  tagsWithoutRecord,
} from './checks/classes.ts';
import { clusterNames, snapshotAges } from './checks/clusters.ts';
import { leasePlace, passwordInFile, registryConnection } from './checks/connections.ts';
import { webhookTokens } from './checks/events.ts';
import { waitingTimes } from './checks/hard-prune.ts';
import { watermarks } from './checks/node-gc.ts';
import { type Check, type CheckContext, partsOf } from './checks/parts.ts';
import { prunePolicyNames, prunePolicyShadowed, prunePolicyWithoutRule } from './checks/prune-policies.ts';
import { secretsInShortForms, sourceNamesUnique, statusWords, tagRecordRules, wayToTags } from './checks/records.ts';
import { accessOfService, historyPlace, schedules, tokensOfService, watermarkOfService } from './checks/serve.ts';
import { explainIssue, type Finding, valueAt } from './explain-issue.ts';
import { flagName } from './flags.ts';
import type { Layers } from './layers.ts';
import { formatPath, formatProblem, type Problem } from './problem.ts';
import { shownValue } from './redact.ts';
import { type SettingsInput, settingsFile } from './schema/settings-file.ts';
import { shapeAt } from './shape.ts';

/** What settings are once checked: read, where there is no problem. */
export interface Validated {
  readonly input: SettingsInput | undefined;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** All that is checked across settings. */
const checks: readonly Check[] = [
  passwordInFile,
  registryConnection,
  sourceNamesUnique,
  statusWords,
  wayToTags,
  secretsInShortForms,
  tagRecordRules,
  classNames,
  classOverlaps,
  tagsWithoutRecord,
  retainedWithoutRule,
  classesWithoutRecords,
  clusterNames,
  snapshotAges,
  prunePolicyNames,
  prunePolicyWithoutRule,
  prunePolicyShadowed,
  leasePlace,
  webhookTokens,
  waitingTimes,
  watermarks,
  schedules,
  historyPlace,
  tokensOfService,
  accessOfService,
  watermarkOfService,
];

/** Checks settings against the schema and across it, and finds all that is wrong. */
export function validate(layers: Layers): Validated {
  const { value } = layers;
  const read = settingsFile.safeParse(value);
  const issues = read.success ? [] : read.error.issues.flatMap((issue) => explainIssue(issue, value));
  const parts = partsOf(value);
  const findings = checks.flatMap((check) => check(parts, contextOf(layers)));
  const problemFrom = (finding: Finding) => toProblem(finding, layers);
  const problems = [...issues, ...findings.filter(({ severity }) => severity === 'error')].map(problemFrom);
  return {
    input: read.success && problems.length === 0 ? read.data : undefined,
    problems: inOrder(problems),
    warnings: inOrder(findings.filter(({ severity }) => severity === 'warning').map(problemFrom)),
  };
}

function contextOf(layers: Layers): CheckContext {
  return {
    giverOf: layers.giverOf,
    nameOf: (setting, beside) => (layers.giverOf(beside).from === 'flag' ? flagName(setting) : setting),
  };
}

function toProblem({ path, message, hint, at }: Finding, layers: Layers): Problem {
  // What stands at an unknown key, or in place of all settings, could be anything, a secret too.
  const value =
    at === 'key' || path.length === 0
      ? undefined
      : shownValue(valueAt(layers.value, path), shapeAt(path, layers.value));
  const origin = layers.placeOf(path, at ?? 'value');
  return { origin, path: formatPath(path), ...(value === undefined ? {} : { value }), message, hint };
}

/** Each once; those of flags and variables first, then in the order of the file. */
function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const distinct = [...new Map(problems.map((problem) => [formatProblem(problem), problem])).values()];
  const place = ({ origin }: Problem) => (origin.from === 'file' ? origin.line * 1e6 + origin.column : 0);
  return distinct.toSorted((one, other) => place(one) - place(other));
}
