import { isRepository } from '../../oci/reference.ts';
import { globsOverlap, matchesGlob } from '../../util/pure/glob.ts';
import type { ClassInput } from '../schema/reconcile.ts';
import type { Check, CheckFinding, Entry } from './parts.ts';

const HOUR_MS = 3_600_000;
const at = (index: number, ...rest: (string | number)[]) => ['reconcile', 'classes', index, ...rest];

/** Names of classes are theirs alone. */
export const classNames: Check = ({ classes }) =>
  classes.flatMap(({ index, value: { name } }) => {
    const first = classes.find((one) => one.index < index && one.value.name === name);
    if (first === undefined) return [];
    const message = `reconcile.classes[${first.index}] has this name, too`;
    return [{ severity: 'error', path: at(index, 'name'), message, hint: 'give each class a name of its own' }];
  });

/** No repository may belong to two classes: which of their rules would hold? */
export const classOverlaps: Check = ({ classes }) =>
  classes.flatMap((one, n) => classes.slice(n + 1).flatMap((other) => overlaps(one, other)));

function overlaps(one: Entry<ClassInput>, other: Entry<ClassInput>): readonly CheckFinding[] {
  return other.value.repositories.flatMap((glob, index) => {
    const met = one.value.repositories.find((first) => globsOverlap(first, glob));
    if (met === undefined) return [];
    const name = nameForBoth(met, glob);
    const example = name === undefined ? '' : `; ${name} would belong to both`;
    return [
      {
        severity: 'error',
        path: at(other.index, 'repositories', index),
        message: `it overlaps with ${JSON.stringify(met)} of class ${one.value.name}${example}`,
        hint: 'narrow one of the two globs: a repository belongs to one class',
      },
    ];
  });
}

/** A repository that both globs match; undefined where none was found among the likely ones. */
function nameForBoth(left: string, right: string): string | undefined {
  const rightParts = right.split('/');
  const woven = left.split('/').map((part, index) => (/[*?]/.test(part) ? (rightParts[index] ?? part) : part));
  const likely = [left, right, woven.join('/'), between(left, right), between(right, left)];
  return likely
    .flatMap((glob) => [fill(glob, 'app'), fill(glob, '')])
    .find((name) => isRepository(name) && matchesGlob(left, name) && matchesGlob(right, name));
}

/** What one glob begins with and the other ends with: `a/y-*` and `a/*-x` → `a/y-*-x`. */
function between(one: string, other: string): string {
  return `${one.replace(/[*?].*$/s, '')}*${other.replace(/^.*[*?]/s, '')}`;
}

function fill(glob: string, run: string): string {
  return glob.replace(/\*+/g, run).replaceAll('?', 'x');
}

/** Whose tags go without a record says how long they stay at least. */
export const tagsWithoutRecord: Check = ({ classes }, { nameOf }) =>
  classes.flatMap(({ index, value }): readonly CheckFinding[] => {
    if (value.kind !== 'transient') return [];
    const { whenNoRecord, noRecordMinAge } = value;
    const path = at(index, noRecordMinAge === undefined ? 'whenNoRecord' : 'noRecordMinAge');
    const age = nameOf('noRecordMinAge', path);
    if (whenNoRecord === 'retire' && noRecordMinAge === undefined) {
      const message = `it needs ${age}: tags are pushed before their record is written`;
      return [{ severity: 'error', path, message, hint: `add ${age}, like 72h` }];
    }
    if (whenNoRecord === 'retire' && noRecordMinAge !== undefined && noRecordMinAge < HOUR_MS) {
      const message = 'it is less than an hour: a tag whose record is not written yet would be taken for one without';
      return [{ severity: 'warning', path, message, hint: 'give it days, like 72h' }];
    }
    if (whenNoRecord === 'keep' && noRecordMinAge !== undefined) {
      const message = 'it has no effect: tags without a record are kept';
      return [
        { severity: 'warning', path, message, hint: `remove it, or set ${nameOf('whenNoRecord', path)} to retire` },
      ];
    }
    return [];
  });

/** A class that keeps everything is better called protected. */
export const retainedWithoutRule: Check = ({ classes }, { nameOf }) =>
  classes.flatMap(({ index, value }): readonly CheckFinding[] => {
    if (value.kind !== 'retained') return [];
    if (value.keepYoungerThan !== undefined || value.keepNewest !== undefined || value.onlyWhenRecordInactive)
      return [];
    const [younger, newest, inactive] = ['keepYoungerThan', 'keepNewest', 'onlyWhenRecordInactive'].map((setting) =>
      nameOf(setting, at(index)),
    );
    const message = `class ${value.name} has no rule that lets a tag go: it keeps all`;
    return [
      {
        severity: 'warning',
        path: at(index),
        message,
        hint: `add ${younger}, ${newest} or ${inactive}, or make it protected`,
      },
    ];
  });

/** Without records, nothing ever is done with. */
export const classesWithoutRecords: Check = ({ classes, recordCount }) => {
  const inNeed = classes.find(({ value }) => value.kind === 'transient');
  if (inNeed === undefined || recordCount > 0) return [];
  const message = `class ${inNeed.value.name} goes by records, and there is no source of records`;
  return [{ severity: 'warning', path: at(inNeed.index), message, hint: 'add one to records, or with --records' }];
};
