import type { Source } from '../../evidence/sink.ts';

/**
 * A database of records that own image tags (orders, changes, pipeline runs …).
 *
 * For each row it states, on the resource of kind `record` whose scope is the source's name and whose key is the row's id:
 * `exists`, and `holds` where the status is one of the active words, `retires` where it is one of the inactive ones. A row
 * that names a tag or a digest also states `refers(record → tag | manifest, 'record')`, both where it names both, with the
 * registry's host in front of the row's repository. A row without an id column gets the id `repository:tag`, else
 * `repository@digest`.
 *
 * What a row does not say clearly can only keep:
 *
 * | row | facts | gap (hides holds), scope |
 * |---|---|---|
 * | status in neither list, or none | `holds(record, 'record 7 has the unknown status "x"')` | `host/repository:tag`, or `source/id`: reported, covers nothing |
 * | one id with both an active and an inactive status | both; a hold wins | the same |
 * | repository good, tag or digest malformed | `holds` where the id is known | `host/repository` |
 * | repository malformed; or nothing says what the row is about | `holds` where the id is known | `host` |
 * | active, with a repository but neither tag nor digest | `holds` | `host/repository` |
 * | inactive, with a repository, tag or digest that is null | `retires` | none: the owner is done with it |
 *
 * A source that fails or answers in part (connection lost, time-out, server error, a page or a row that is cut off) is
 * a gap whose scope is the registry's host, after the facts that it could state. A user's mistake (wrong credentials, bad
 * SQL, a column that is not there, an absent file) throws a coded error `RECORDS_…` as long as no row was read; after that
 * it is a gap too.
 */
export interface RecordSource extends Source {
  /** Number of rows of the last survey: what the next one is compared with. Undefined before, while one runs, and when it failed or was cut short. */
  readonly rowCount: number | undefined;
  /** Ends surveys that run, which then throw, and whatever is still open. Twice is fine. */
  close(): Promise<void>;
}

/** What a row says, once mapped. Absent: the row does not say it (null or empty). */
export interface RecordRow {
  readonly id: string;
  readonly repository?: string;
  readonly tag?: string;
  readonly digest?: string;
  readonly status: string;
}

/**
 * Which column or field means what, and which words mean what. Names and words are compared exactly, case included, after
 * white space around the row's value is cut off. In documents (JSON, YAML) a name may be a path with dots: `image.tag`. With the
 * empty name a field is not read, even if there is a column with its usual name.
 */
export interface RecordMapping {
  readonly id?: string;
  /** A repository as the registry knows it; the registry's host and `/` may stand in front. */
  readonly repository?: string;
  readonly tag?: string;
  readonly digest?: string;
  readonly status: string;
  readonly active: readonly string[];
  readonly inactive: readonly string[];
}
