import { stringify } from 'yaml';

/** Policies of `prune` as a plan's header has them, as far as they are read here: whatever is not understood is left alone. */
interface SavedPolicy {
  readonly policies: readonly {
    readonly name: string;
    readonly repositories: readonly string[];
    readonly keep: readonly SavedRule[];
    readonly delete: readonly SavedRule[];
    readonly untaggedAfterMs?: number;
  }[];
  readonly minAgeMs: number;
}

interface SavedRule {
  readonly words: string;
  readonly when: SavedCondition;
}

type SavedCondition = { readonly if: string } & Readonly<Record<string, unknown>>;
type Written = Record<string, unknown>;

/**
 * The policies of a plan of `prune`, written as a settings file would have them, to be changed and tried.
 *
 * @param header - the first line of the plan document, read
 * @returns undefined where the header is of no such plan
 */
export function policyText(header: unknown): string | undefined {
  const policy = (header as { policy?: unknown } | undefined)?.policy;
  if (!isPrunePolicy(policy)) return undefined;
  const { policies, minAgeMs } = policy;
  return stringify(
    { prune: { minAge: duration(minAgeMs), policies: policies.map(writtenPolicy) } },
    { lineWidth: 100 },
  );
}

function isPrunePolicy(policy: unknown): policy is SavedPolicy {
  const { policies, minAgeMs } = (policy ?? {}) as Partial<SavedPolicy>;
  return Array.isArray(policies) && typeof minAgeMs === 'number';
}

function writtenPolicy({
  name,
  repositories,
  keep,
  untaggedAfterMs,
  ...rest
}: SavedPolicy['policies'][number]): Written {
  const written: Written = { name, repositories: [...repositories] };
  for (const rule of [...keep, ...rest.delete]) addRule(written, rule);
  if (untaggedAfterMs !== undefined) written['untaggedAfter'] = duration(untaggedAfterMs);
  return written;
}

/** A rule's words begin with the key under which it was written. */
function addRule(written: Written, { words, when }: SavedRule): void {
  const key = words.split(' ', 1)[0] ?? '';
  if (key === 'keep' || key === 'delete') {
    const others = (written[key] as Written[] | undefined) ?? [];
    written[key] = [...others, condition(when)];
  } else if (key === 'keepLabels' || key === 'keepAnnotations')
    written[key] = (when['of'] as readonly SavedCondition[]).map((one) => attribute(one).text);
  else written[key] = argument(when);
}

/** What stands behind the key of a condition. */
function argument(when: SavedCondition): unknown {
  switch (when.if) {
    case 'youngerThan':
    case 'olderThan':
      if (when['by'] === 'pushed') return duration(when['ageMs'] as number);
      return { age: duration(when['ageMs'] as number), by: when['by'] };
    case 'newest': {
      const { count, by, ofEach, among } = when;
      if (by === 'pushed' && among === undefined) return count;
      return {
        count,
        by,
        ...(ofEach !== undefined && { ofEach }),
        ...(among !== undefined && { among: patterns(among) }),
      };
    }
    case 'tagRevisions':
      return when['count'];
    case 'matching':
      return patterns(when['patterns']);
    case 'pulledWithin':
      return duration(when['ageMs'] as number);
    case 'largerThan':
      return when['sizeBytes'];
    case 'untagged':
      return true;
    case 'expired':
      return when['names'];
    case 'all':
    case 'any':
      return (when['of'] as readonly SavedCondition[]).map(condition);
    case 'not':
      return condition(when['of'] as SavedCondition);
    default:
      return undefined;
  }
}

function condition(when: SavedCondition): Written {
  if (when.if !== 'attribute') return { [when.if]: argument(when) };
  const { kind, text } = attribute(when);
  return { [kind]: text };
}

/** `label:keep` is `label: keep`; `platform` has a pattern alone. */
function attribute(when: SavedCondition): { readonly kind: string; readonly text: string } {
  const [kind = '', ...name] = (when['name'] as string).split(':');
  const value = when['value'] === undefined ? undefined : pattern(when['value']);
  if (kind === 'platform') return { kind, text: value ?? '*' };
  return { kind, text: value === undefined ? name.join(':') : `${name.join(':')}=${value}` };
}

function patterns(list: unknown): readonly string[] {
  return (list as readonly unknown[]).map(pattern);
}

function pattern(saved: unknown): string {
  const { kind, text } = saved as { kind: string; text: string };
  return kind === 'expression' ? `/${text}/` : text;
}

/** To the millisecond: settings are read back as they were. */
function duration(ms: number): string {
  if (ms === 0) return '0';
  const units: readonly (readonly [string, number])[] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
    ['ms', 1],
  ];
  const [unit, size] = units.find(([, one]) => ms % one === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}
