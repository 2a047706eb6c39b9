import { formatDuration } from '../../util/pure/duration.ts';
import type { Reason, ReasonCode } from '../reason.ts';
import type { Candidate } from './candidate.ts';
import { prepareCondition } from './conditions/index.ts';
import type { Sight, Test } from './conditions/prepare.ts';
import { leavesOf } from './needs.ts';
import type { Condition, RetentionPolicy, RetentionRule } from './policy.ts';
import type { RuleTally } from './rule-tally.ts';
import { agoInWords } from './times.ts';
import type { Answer } from './truth.ts';

/** Judges candidates of one policy's repositories. */
export interface Judge {
  /** What becomes of it: always a word, as every rule of the policy was heard. */
  verdict(candidate: Candidate): Reason;
  /** Only a rule that keeps it. */
  keeper(candidate: Candidate): Reason | undefined;
  /** Only a rule that keeps it for what a tag has left behind. */
  keeperOfPast(candidate: Candidate): Reason | undefined;
}

/**
 * Prepares a policy. The rules that keep come first: one that is met keeps, and so does one that nobody can answer. Then the rules that
 * delete: one that is met deletes. What no rule met stays, except where there are rules that keep and none that delete.
 */
export function judge(policy: RetentionPolicy, sight: Sight, minAgeMs: number, tally: RuleTally): Judge {
  const keep = policy.keep.map((rule) => prepare(rule, sight));
  const remove = policy.delete.map((rule) => prepare(rule, sight));
  const ofPast = keep.filter(({ rule }) => leavesOf(rule.when).some((leaf) => leaf.if === 'tagRevisions'));
  const say = (code: ReasonCode, words: string): Reason => ({ code, because: `policy ${policy.name}: ${words}` });

  const keepers = (rules: readonly Prepared[], candidate: Candidate) => {
    const answers = hear(rules, candidate, (rule, { truth }) => {
      if (truth !== 'no') tally.met(rule);
    });
    const met = answers.find(({ answer }) => answer.truth === 'yes');
    const reason =
      met === undefined ? firstUnknown(answers) : { rule: met.rule, code: codeOf(met.rule.when), answer: met.answer };
    if (reason === undefined) return { answers };
    return { answers, reason: say(reason.code, `${reason.rule.words} (${reason.answer.because})`) };
  };
  const verdict = (candidate: Candidate): Reason => {
    const { reason, answers } = keepers(keep, candidate);
    const removed = hear(remove, candidate, (rule, { truth }) => {
      if (truth === 'yes') tally.met(rule);
    });
    if (reason !== undefined) return reason;
    if (candidate.tag === undefined && policy.untaggedAfterMs !== undefined)
      return untaggedVerdict(candidate, policy.untaggedAfterMs, sight, say);
    const met = removed.find(({ answer }) => answer.truth === 'yes');
    if (met !== undefined) return say('deleted-by-policy', `${met.rule.words} (${met.answer.because})`);
    const doubt = firstUnknown(removed);
    if (doubt !== undefined) return say(doubt.code, `${doubt.rule.words} (${doubt.answer.because})`);
    if (remove.length > 0 || keep.length === 0) return say('kept-by-policy', 'no rule deletes it');
    const why = answers.map(({ rule, answer }) => `${rule.words}: ${answer.because}`).join('; ');
    return say('deleted-by-policy', `no rule keeps it (${why})`);
  };
  return {
    verdict: (candidate) => floor(verdict(candidate), candidate, sight, minAgeMs, say),
    keeper: (candidate) => keepers(keep, candidate).reason,
    keeperOfPast: (candidate) => (mayBePast(candidate, sight) ? keepers(ofPast, candidate).reason : undefined),
  };
}

/** Whether a tag has moved on from it. Where nothing is remembered of tags, one may have. */
function mayBePast({ scope, manifest }: Candidate, { view, placeInHistory }: Sight): boolean {
  if (placeInHistory === undefined || manifest === undefined) return true;
  return placeInHistory(scope, view.evidence.resources.key(manifest)) !== undefined;
}

type Say = (code: ReasonCode, words: string) => Reason;

interface Prepared {
  readonly rule: RetentionRule;
  readonly test: Test;
}

interface Heard {
  readonly rule: RetentionRule;
  readonly answer: Answer;
}

function prepare(rule: RetentionRule, sight: Sight): Prepared {
  return { rule, test: prepareCondition(rule.when, sight) };
}

/** Every rule is heard, also after one was met: what none ever meets is to be told. */
function hear(
  rules: readonly Prepared[],
  candidate: Candidate,
  note: (rule: RetentionRule, answer: Answer) => void,
): readonly Heard[] {
  return rules.map(({ rule, test }) => {
    const answer = test(candidate);
    note(rule, answer);
    return { rule, answer };
  });
}

function firstUnknown(heard: readonly Heard[]) {
  for (const { rule, answer } of heard) if (answer.truth === 'unknown') return { rule, answer, code: answer.code };
  return undefined;
}

/** The reason by which a met rule keeps: rules of one condition have words of their own. */
function codeOf(condition: Condition): ReasonCode {
  switch (condition.if) {
    case 'youngerThan':
      return 'keep-younger-than';
    case 'newest':
      return 'keep-newest';
    case 'tagRevisions':
      return 'in-tag-history';
    default:
      return 'kept-by-policy';
  }
}

function untaggedVerdict(candidate: Candidate, afterMs: number, { view, beginnings }: Sight, say: Say): Reason {
  const since = beginnings.untagged(candidate);
  const words = `untaggedAfter ${formatDuration(afterMs)}`;
  if (since === undefined) return say('age-unknown', `${words} (nothing tells since when no tag leads to it)`);
  const isYoung = view.nowMs - since.atMs < afterMs;
  return say(isYoung ? 'keep-younger-than' : 'untagged', `${words} (${agoInWords(since, view.nowMs)})`);
}

/** What was pushed or tagged just now may be part of a push under way, whatever the rules say. */
function floor(reason: Reason, candidate: Candidate, sight: Sight, minAgeMs: number, say: Say): Reason {
  if (minAgeMs <= 0 || !deletes(reason)) return reason;
  const { view, beginnings } = sight;
  const pushed = beginnings.of(candidate, 'pushed');
  const tagged = candidate.tag === undefined ? pushed : beginnings.of(candidate, 'tagged');
  if (pushed === undefined || tagged === undefined)
    return say('age-unknown', `minAge ${formatDuration(minAgeMs)} (nothing tells when it was pushed)`);
  const latest = tagged.atMs > pushed.atMs ? tagged : pushed;
  return view.nowMs - latest.atMs < minAgeMs
    ? say('keep-younger-than', `minAge ${formatDuration(minAgeMs)} (${agoInWords(latest, view.nowMs)})`)
    : reason;
}

function deletes({ code }: Reason): boolean {
  return code === 'deleted-by-policy' || code === 'untagged';
}
