import type { RunReport } from '../../apply/run-report.ts';
import type { Gap } from '../../evidence/gap.ts';
import type { Damage } from '../../graph/damage-kinds.ts';
import type { Fact } from '../fact-lines.ts';
import { counted } from '../words.ts';
import { isBroken, sumsOf } from './fsck-words.ts';

/** How whole a storage was before a run, and what is otherwise after it (`--fsck`). Each list has the worst first. */
export interface RunCheck {
  readonly before: readonly Damage[];
  /** What was not there before, of this run or of somebody else meanwhile. Seen twice, with a pause between. */
  readonly appeared: readonly Damage[];
  /** Of {@link before}, what is not there any more: brought back, written, gone with what needed it, or pushed meanwhile. */
  readonly healed: readonly Damage[];
  /** What can not be looked at now, and could be before. */
  readonly unseen: readonly Gap[];
  /** Why there was no look after the run; then nothing is known but {@link before}. */
  readonly notLooked?: string;
}

/** A run's report, with the check around it where one was asked for. */
export interface CheckedRun extends RunReport {
  readonly check?: RunCheck;
}

/** Whether something is broken that was not before the run. */
export function hasBroken({ appeared }: Pick<RunCheck, 'appeared'>): boolean {
  return appeared.some(isBroken);
}

/** What is listed, the most urgent first. */
export function damageOfCheck(check: RunCheck): readonly (readonly [title: string, damage: readonly Damage[]])[] {
  const lists = [
    ['Not there before the run', check.appeared],
    [check.notLooked === undefined ? 'There before the run, and still' : 'There before the run', stillWrong(check)],
    ['Put right', check.healed],
  ] as const;
  return lists.filter(([, damage]) => damage.length > 0);
}

/** Of what was wrong before, what still is. */
function stillWrong({ before, healed }: Pick<RunCheck, 'before' | 'healed'>): readonly Damage[] {
  const gone = new Set(healed);
  return before.filter((one) => !gone.has(one));
}

/** The check in a few lines. */
export function checkFacts(check: RunCheck): readonly Fact[] {
  const { before, appeared, healed, unseen, notLooked } = check;
  const wasWrong = before.length === 0 ? 'all was whole' : sumInWords(before);
  if (notLooked !== undefined)
    return [
      ['Before', wasWrong],
      ['After', `not known: ${notLooked}`],
    ];
  return [
    ['Before', wasWrong],
    ['Put right', before.length === 0 ? undefined : healed.length === 0 ? 'nothing' : sumInWords(healed)],
    ['New', appeared.length === 0 ? 'nothing' : sumInWords(appeared)],
    [
      'Unseen',
      unseen.length === 0 ? undefined : `${counted(unseen.length, 'thing')} could be looked at before the run`,
    ],
  ];
}

/** The next step where the storage has to be looked at. @param address - of the storage */
export function nextOfCheck(check: RunCheck, address: string): string | undefined {
  const fsck = `winnow fsck --store ${/^[\w./:@-]+$/.test(address) ? address : `'${address}'`}`;
  if (hasBroken(check)) return `Next: ${fsck} --repair shows what can be healed; with --confirm it heals it.`;
  if (check.notLooked !== undefined || check.unseen.length > 0) return `Next: ${fsck} looks again.`;
  return undefined;
}

function sumInWords(damage: readonly Damage[]): string {
  const { broken, warnings, brokenTags } = sumsOf(damage);
  const parts = [
    broken === 0 ? undefined : `${broken} broken (${counted(brokenTags, 'tag')})`,
    warnings === 0 ? undefined : counted(warnings, 'warning'),
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}
