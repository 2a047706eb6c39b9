import * as z from 'zod';
import { patternFault } from '../../policy/tag-records.ts';
import { complaint, expected } from './complaint.ts';
import { listOf, mapWith } from './containers.ts';
import { checkedText, choice, count, duration, size } from './leaves.ts';

/*
 * What the rules of a policy ask for. A condition is a map; with several keys, all of them have to be met.
 */

const ageBy = choice(['pushed', 'created', 'tagged'])
  .prefault('pushed')
  .describe('Which time counts: of the push, in the image, or since when the tag is on its image.');

/** `30d`, or `{age: 30d, by: created}`. */
export function ageSetting(like = '30d') {
  const map = mapWith({ age: duration(like).describe('The age.'), by: ageBy }, `write it like ${like}`);
  return z
    .union([map, duration(like).transform((age) => ({ age, by: 'pushed' as const }))], {
      error: expected('a duration', `write it like ${like}`),
    })
    .meta({ word: 'duration, or map of `age` and `by`', examples: [like] });
}

/** The text of a glob or, between slashes, of an expression, for a whole tag. */
export function tagPattern(like = 'release-*') {
  return checkedText('tag pattern', like, (text) => {
    const expression = expressionIn(text);
    if (expression !== undefined) return expressionFault(expression);
    return /^[A-Za-z0-9._*?-]+$/.test(text)
      ? undefined
      : complaint(
          'it has characters that occur in no tag',
          'write a glob of * and ?, or an expression between slashes, like /v\\d+-rc/',
        );
  });
}

/** What stands between slashes. */
export function expressionIn(text: string): string | undefined {
  return /^\/(.+)\/$/s.exec(text)?.[1];
}

/** What is wrong with an expression, for `checkedText`. */
export function expressionFault(expression: string): string | undefined {
  const fault = patternFault(expression);
  const hint = 'write it in RE2 syntax: there is no looking ahead or behind';
  return fault === undefined ? undefined : complaint(fault, hint);
}

export function tagPatterns() {
  return listOf(tagPattern(), "['release-*']", 1);
}

/** `5`, or `{count: 3, by: semver, ofEach: minor}`. */
export function newestSetting() {
  const map = mapWith(
    {
      count: count(5).describe('How many images.'),
      by: choice(['pushed', 'created', 'semver'])
        .prefault('pushed')
        .describe('What makes one newer: its push, the date in it, or the version that its tag is.'),
      ofEach: choice(['major', 'minor'])
        .exactOptional()
        .describe('With `semver`: so many of each major version, or of each minor.'),
      among: tagPatterns().exactOptional().describe('Only these tags are counted, and kept. Default: all.'),
    },
    'write it like 5',
  ).superRefine(({ by, ofEach }, context) => {
    if (ofEach === undefined || by === 'semver') return;
    const message = complaint('it has lines of versions, and does not go by them', 'add by: semver, or remove it');
    context.addIssue({ code: 'custom', path: ['ofEach'], message });
  });
  return z
    .union([map, count(5).transform((newest) => ({ count: newest, by: 'pushed' as const }))], {
      error: expected('a whole number', 'write it like 5'),
    })
    .meta({ word: 'number, or map of `count`, `by`, `ofEach` and `among`', examples: [5] });
}

/** The name of a label or annotation, alone or with a glob for its value: `keep`, `stage=prod*`. */
export function keyAndValue(like: string) {
  return checkedText('name, or name=glob', like, (text) => {
    if (text.startsWith('=')) return complaint('it names no key', `write it like ${like}`);
    const value = /^[^=]+=(.+)$/s.exec(text)?.[1];
    const expression = value === undefined ? undefined : expressionIn(value);
    return expression === undefined ? undefined : expressionFault(expression);
  });
}

/** `label:quay.expires-after`. */
export function attributeNames() {
  const like = 'label:quay.expires-after';
  const name = checkedText('label:NAME or annotation:NAME', like, (text) =>
    /^(?:label|annotation):\S+$/.test(text)
      ? undefined
      : complaint('it does not say what to look at', `write label: or annotation: and a name, like ${like}`),
  );
  return listOf(name, `[${like}]`, 1);
}

const untagged = z
  .literal(true, { error: complaint('it is not true', 'write untagged: true, or not: {untagged: true}') })
  .meta({ word: '`true`' });

const leaves = {
  youngerThan: ageSetting().exactOptional().describe('It is younger.'),
  olderThan: ageSetting().exactOptional().describe('It is as old, or older.'),
  newest: newestSetting().exactOptional().describe('It is among the newest images of its repository.'),
  tagRevisions: count(3).exactOptional().describe('It is among so many newest images of a tag.'),
  matching: tagPatterns().exactOptional().describe('One of these fits the whole name of its tag.'),
  pulledWithin: duration('30d').exactOptional().describe('It was pulled in that time.'),
  label: keyAndValue('stage=prod*').exactOptional().describe('It has this label.'),
  annotation: keyAndValue('org.example.keep').exactOptional().describe('It has this annotation.'),
  platform: checkedText('glob', 'linux/arm64', () => undefined)
    .exactOptional()
    .describe('It is of this platform; of an index, everything that it lists.'),
  largerThan: size('2Gi').exactOptional().describe('Its layers together are larger; of an index, all platforms.'),
  untagged: untagged.exactOptional().describe('No tag leads to it.'),
  expired: attributeNames().exactOptional().describe('One of these says that its time is over.'),
};

type Leaves = z.output<z.ZodObject<typeof leaves>>;

/** A condition as it is written, with lengths in milliseconds and sizes in bytes. */
export interface ConditionInput extends Leaves {
  readonly all?: readonly ConditionInput[];
  readonly any?: readonly ConditionInput[];
  readonly not?: ConditionInput;
}

const conditionMap: z.ZodType<ConditionInput> = mapWith(
  {
    ...leaves,
    get all() {
      return conditions().exactOptional().describe('All of these are met.');
    },
    get any() {
      return conditions().exactOptional().describe('At least one of these is met.');
    },
    get not() {
      return conditionMap.exactOptional().describe('This is not met.');
    },
  },
  'write it like {matching: [release-*]}',
)
  .superRefine((keys, context) => {
    if (Object.values(keys).some((value) => value !== undefined)) return;
    const message = complaint('it is empty, and would be met by everything', 'write it like {matching: [release-*]}');
    context.addIssue({ code: 'custom', message });
  })
  .meta({ word: 'condition' });

export type AgeInput = z.output<ReturnType<typeof ageSetting>>;
export type NewestInput = z.output<ReturnType<typeof newestSetting>>;

/** A list of conditions, at least one. */
export function conditions() {
  return listOf(conditionMap, "[{matching: ['release-*']}]", 1);
}
