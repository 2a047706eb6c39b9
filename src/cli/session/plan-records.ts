import { MORE_IN_SETTINGS } from '../../config/to-records.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import { parseRecordsSpec } from '../../systems/records/index.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { type CliErrorCode, cliErrors } from '../errors.ts';

/**
 * The record sources that a plan names, in the short form, fit for being asked again. A plan holds no secrets: `***` stands where one
 * was. Of PostgreSQL, PGPASSWORD can take its place.
 *
 * @throws PLAN_RECORDS_INCOMPLETE when a source can't be asked with what the plan has of it
 */
export function recordsOfPlan(
  { id, records }: Pick<PlanHeader, 'id' | 'records'>,
  env: NodeJS.ProcessEnv,
): readonly string[] {
  return records.map((shown) => {
    const spec = env['PGPASSWORD'] === undefined ? shown : withoutPassword(shown);
    if (!isHidden(spec) && isWhole(spec)) return spec;
    const lacksOnlyPassword = isHidden(spec) && !isHidden(withoutPassword(spec));
    const what = isHidden(spec) ? 'its password or token' : 'all its settings';
    throw new CodedError<CliErrorCode>(
      'PLAN_RECORDS_INCOMPLETE',
      `applying plan ${id}: it names the records ${shown}, but does not hold ${what}; nothing was deleted`,
      {
        hint: lacksOnlyPassword
          ? 'give --records again, or set PGPASSWORD, or name the source with a passwordFile in the settings file'
          : cliErrors.PLAN_RECORDS_INCOMPLETE.hint,
      },
    );
  });
}

/** Takes the placeholder out, so that the password is looked for in the environment. */
function withoutPassword(spec: string): string {
  if (!/^postgres/i.test(spec)) return spec;
  return spec.replace(/^(postgres(?:ql)?:\/\/[^/?#]*):\*{3}@/i, '$1@').replace(/([?&])password=\*{3}(?:&|$)/i, '$1');
}

/** Whether `***` stands where a secret was, or all but the scheme was left out. */
function isHidden(spec: string): boolean {
  return /:\*{3}@|=\*{3}(?:[&#]|$)|^[a-z]+:\/\/…$/i.test(spec);
}

/** A source from a settings file may have settings that its short form lacks. */
function isWhole(spec: string): boolean {
  if (spec.endsWith(`(${MORE_IN_SETTINGS})`)) return false;
  try {
    parseRecordsSpec(spec);
    return true;
  } catch (error) {
    if (error instanceof CodedError) return false;
    throw error;
  }
}
