import type { ResourceId } from '../../../evidence/resource.ts';
import type { Candidate } from '../candidate.ts';
import { nameMatcher } from '../match-name.ts';
import type { NewestCondition } from '../policy.ts';
import { type Ranked, type RankSpan, rankSpans } from '../ranks.ts';
import { type Answer, no, unknown, yes } from '../truth.ts';
import { compareVersions, parseVersion, type Version } from '../version.ts';
import { untold } from './age.ts';
import type { Prepare, Sight } from './prepare.ts';

/**
 * Whether it is among the first so many images of its repository, or of its version line. Images are counted, not tags: tags of one image
 * share its rank. Where several may share a place, none of them is surely out.
 */
export const newest: Prepare<'newest'> = (condition, sight) => {
  const isCounted = condition.among === undefined ? () => true : isNamed(nameMatcher(condition.among));
  const rank = condition.by === 'semver' ? rankVersions : rankTimes(condition.by);
  const byScope = new Map<string, (candidate: Candidate) => RankSpan | 'not ranked' | undefined>();
  return (candidate) => {
    if (candidate.tag === undefined) return no('no tag leads to it');
    if (!isCounted(candidate)) return no('its name is not among those that are counted');
    let rankOf = byScope.get(candidate.scope);
    if (rankOf === undefined) {
      rankOf = rank(sight.rankedTags(candidate.scope).filter(isCounted), condition, sight);
      byScope.set(candidate.scope, rankOf);
    }
    return inWords(rankOf(candidate), condition);
  };
};

function isNamed(match: (name: string) => string | undefined): (candidate: Candidate) => boolean {
  return ({ tag }) => tag !== undefined && match(tag) !== undefined;
}

function inWords(span: RankSpan | 'not ranked' | undefined, { count, by }: NewestCondition): Answer {
  if (span === 'not ranked') return no(by === 'semver' ? 'its name is no version' : 'it belongs to another image');
  if (span === undefined) return unknown(by === 'semver' ? 'its image was not seen' : untold[by], 'age-unknown');
  const { best, worst } = span;
  const words = best === worst ? `number ${best}` : `number ${best} to ${worst}: nothing tells which`;
  if (worst <= count) return yes(words);
  return best > count ? no(words) : unknown(words, 'age-unknown');
}

type RankOf = (candidate: Candidate) => RankSpan | 'not ranked' | undefined;

function rankTimes(by: 'pushed' | 'created') {
  return (tags: readonly Candidate[], _: NewestCondition, { beginnings }: Sight): RankOf => {
    const spans = rankSpans(
      tags.flatMap((tag) => {
        const beginning = beginnings.of(tag, by);
        return ranked(tag, beginning?.atMs, beginning?.what === 'first seen');
      }),
      (a, b) => a - b,
    );
    const members = new Set(tags.map(({ id }) => id));
    return ({ id, manifest }) =>
      members.has(id) ? (manifest === undefined ? undefined : spans.get(manifest)) : 'not ranked';
  };
}

/** A prerelease takes no release's place: releases are ranked among themselves, and prereleases among all. */
function rankVersions(tags: readonly Candidate[], { ofEach }: NewestCondition): RankOf {
  const lines = new Map<string, { readonly all: Ranked<Version>[]; readonly releases: Ranked<Version>[] }>();
  const versionOf = new Map<ResourceId, Version>();
  for (const tag of tags) {
    const version = parseVersion(tag.tag ?? '');
    if (version === undefined) continue;
    versionOf.set(tag.id, version);
    const name = lineOf(version, ofEach);
    const line = lines.get(name) ?? { all: [], releases: [] };
    lines.set(name, line);
    const entry = ranked(tag, version);
    line.all.push(...entry);
    if (version.prerelease.length === 0) line.releases.push(...entry);
  }
  const spans = new Map(
    [...lines].map(([name, { all, releases }]) => [
      name,
      { all: rankSpans(all, compareVersions), releases: rankSpans(releases, compareVersions) },
    ]),
  );
  return ({ id, manifest }) => {
    const version = versionOf.get(id);
    if (version === undefined) return 'not ranked';
    const line = spans.get(lineOf(version, ofEach));
    return manifest === undefined
      ? undefined
      : (version.prerelease.length === 0 ? line?.releases : line?.all)?.get(manifest);
  };
}

function lineOf({ major, minor }: Version, ofEach: NewestCondition['ofEach']): string {
  if (ofEach === undefined) return '';
  return ofEach === 'major' ? major : `${major}.${minor}`;
}

function ranked<Value>({ manifest }: Candidate, value: Value | undefined, isAtMost = false): readonly Ranked<Value>[] {
  return manifest === undefined ? [] : [{ image: manifest, value, isAtMost }];
}
