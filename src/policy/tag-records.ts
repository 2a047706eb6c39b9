import { RE2JS, RE2JSException } from 're2js';
import type { TagRecord } from '../evidence/link-records.ts';
import { repositoryIn } from '../evidence/resource.ts';
import { matchesGlob } from '../util/pure/glob.ts';

/** How the names of tags tell whose they are. */
export interface TagRecordRule {
  /** Globs. */
  readonly repositories: readonly string[];
  /**
   * RE2 syntax, for the whole tag, with named groups: `(?<change>[0-9a-f]{8})-step-(?<step>\d+)`.
   *
   * @see https://github.com/google/re2/wiki/Syntax
   */
  readonly pattern: string;
  /** The record's id: `{group}`, `{tag}` and `{repository}` stand for what they name, all else for itself. */
  readonly record: string;
  /** Name of the record source. Default: all of them. */
  readonly source?: string;
}

/** All records that a tag's name stands for. `scope` is host and repository. */
export type TagRecordLookup = (scope: string, tag: string) => readonly TagRecord[];

/**
 * Prepares the rules; each pattern is compiled once, and matching takes time linear in the tag's length.
 * A group that takes no part in a match names nothing: a rule that needs it says nothing of that tag.
 *
 * @param sources - names of all record sources, for rules that name none.
 * @throws Error where {@link patternFault} or {@link templateFault} finds fault with a rule: settings are checked before.
 */
export function tagRecordLookup(rules: readonly TagRecordRule[], sources: readonly string[]): TagRecordLookup {
  const prepared = rules.map((rule) => prepare(rule, sources));
  const byScope = new Map<string, readonly Prepared[]>();
  return (scope, tag) => {
    let here = byScope.get(scope);
    if (here === undefined) {
      const repository = repositoryIn(scope);
      here = prepared.filter(({ repositories }) => repositories.some((glob) => matchesGlob(glob, repository)));
      byScope.set(scope, here);
    }
    if (here.length === 0) return [];
    return distinct(here.flatMap((rule) => recordsOf(rule, repositoryIn(scope), tag)));
  };
}

interface Prepared {
  readonly repositories: readonly string[];
  readonly sources: readonly string[];
  readonly pattern: RE2JS;
  readonly groups: ReadonlySet<string>;
  readonly template: readonly Piece[];
}

/** Text of a template, or the name in braces. */
type Piece = { readonly text: string } | { readonly name: string };

function prepare(rule: TagRecordRule, sources: readonly string[]): Prepared {
  const fault = patternFault(rule.pattern) ?? templateFault(rule);
  if (fault !== undefined) throw new Error(`preparing the pattern ${rule.pattern}: ${fault}`);
  const pattern = RE2JS.compile(rule.pattern);
  return {
    repositories: rule.repositories,
    sources: rule.source === undefined ? sources : [rule.source],
    pattern,
    groups: new Set(Object.keys(pattern.namedGroups())),
    template: piecesOf(rule.record) ?? [],
  };
}

function recordsOf(rule: Prepared, repository: string, tag: string): readonly TagRecord[] {
  const match = rule.pattern.matcher(tag);
  if (!match.matches()) return [];
  let id = '';
  for (const piece of rule.template) {
    const part = 'text' in piece ? piece.text : partNamed(piece.name);
    if (part === undefined) return [];
    id += part;
  }
  return rule.sources.map((source) => ({ source, id }));

  function partNamed(name: string): string | undefined {
    if (rule.groups.has(name)) return match.group(name) ?? undefined;
    return name === 'tag' ? tag : repository;
  }
}

function distinct(records: readonly TagRecord[]): readonly TagRecord[] {
  if (records.length < 2) return records;
  return [...new Map(records.map((record) => [JSON.stringify([record.source, record.id]), record])).values()];
}

/** Names that every template may use, besides the pattern's groups. */
const givenNames = ['tag', 'repository'] as const;

/** What is wrong with a pattern, said of `it`; undefined when it can be used. */
export function patternFault(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return `it is not a pattern: ${error.message.replace(/^error parsing regexp: /, '')}`;
  }
}

/** Names that the template of a rule may use. The pattern is one. */
export function templateNames(pattern: string): readonly string[] {
  return [...new Set([...Object.keys(RE2JS.compile(pattern).namedGroups()), ...givenNames])];
}

/** What is wrong with the template `record` of a rule whose pattern is one, said of `it`; undefined when it can be used. */
export function templateFault({ pattern, record }: Pick<TagRecordRule, 'pattern' | 'record'>): string | undefined {
  const pieces = piecesOf(record);
  if (pieces === undefined) return 'it has a brace that is not one of a pair around a name';
  const names = templateNames(pattern);
  const used = pieces.flatMap((piece) => ('name' in piece ? [piece.name] : []));
  const unknown = used.find((name) => !names.includes(name));
  if (unknown !== undefined) return `it uses {${unknown}}, and the pattern has no group of that name`;
  return used.some((name) => name !== 'repository') ? undefined : 'it would be the same record for every tag';
}

function piecesOf(template: string): readonly Piece[] | undefined {
  const pieces: Piece[] = [];
  for (const [whole, name] of template.matchAll(/\{(\w+)\}|[^{}]+|[{}]/g)) {
    if (whole === '{' || whole === '}') return undefined;
    pieces.push(name === undefined ? { text: whole } : { name });
  }
  return pieces;
}
