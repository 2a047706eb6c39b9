import { CodedError } from '../../util/pure/coded-error.ts';

/** Every code that a record source can fail with. `docs/errors.md` is made from this table. */
export const recordsErrors = {
  RECORDS_SPEC_INVALID: {
    meaning: 'The short form of a record source is not one.',
    hint: 'Write file:PATH, sqlite:PATH?query=SELECT…, postgres://USER@HOST/DATABASE?query=SELECT… or https://HOST/PATH#status=FIELD.',
  },
  RECORDS_SETTINGS_INVALID: {
    meaning: 'A setting of a record source is malformed, or contradicts another.',
    hint: 'Correct the setting that the message names.',
  },
  RECORDS_MAPPING_INVALID: {
    meaning: 'The mapping of columns or of status words contradicts itself.',
    hint: 'Give each word to one of the lists active and inactive, and name each column.',
  },
  RECORDS_QUERY_INVALID: {
    meaning: 'The query is not one that the database runs as a single reading statement.',
    hint: 'Try the query by hand: it must be one SELECT that succeeds in a read-only transaction.',
  },
  RECORDS_COLUMN_MISSING: {
    meaning: 'The records do not have a column or field that is needed, or have it twice.',
    hint: 'Name the columns in the mapping (id, repository, tag, digest, status), or rename them in the query with AS.',
  },
  RECORDS_ACCESS_DENIED: {
    meaning: 'The system that holds the records refuses the credentials, or the user may not read them.',
    hint: 'Check user and password or token, and give the user the right to read what the query names.',
  },
  RECORDS_NOT_FOUND: {
    meaning: 'The file, database or address that should hold the records does not exist.',
    hint: 'Check the path or the name.',
  },
  RECORDS_EMPTY: {
    meaning: 'The file of records holds nothing at all, which is how a failed export looks.',
    hint: 'Export the records again; no records at all are written as [] (JSON, YAML) or as a header line alone (CSV).',
  },
  RECORDS_FORMAT_INVALID: {
    meaning: 'What was read is not a list of records in the expected format.',
    hint: 'Name the format, or the path to the list inside the document (items).',
  },
  RECORDS_TOO_LARGE: {
    meaning: 'The file, page or line is larger than what is read at once.',
    hint: 'Use a format that is read in a stream (NDJSON or CSV), smaller pages, or a higher limit.',
  },
  RECORDS_SECRET_UNREADABLE: {
    meaning: 'A password, token or certificate file that the settings name cannot be read, or the variable is not set.',
    hint: 'Check the path and who may read it, or the name of the environment variable.',
  },
  RECORDS_TLS_UNTRUSTED: {
    meaning: "The server's certificate is not trusted, has expired, or is for another host.",
    hint: 'Name the file of its certificate authority, and use a host name that the certificate names.',
  },
  RECORDS_TLS_FAILED: {
    meaning: 'The server does not speak TLS where TLS was asked for.',
    hint: 'Check scheme, port and TLS mode of the record source.',
  },
  RECORDS_HTTP_REFUSED: {
    meaning: 'The server refuses the request, or sends it somewhere that is not followed.',
    hint: 'Try the address by hand with curl, and correct it or the paging settings.',
  },
} as const;

export type RecordsErrorCode = keyof typeof recordsErrors;

/** A coded error of this room; without a nearer hint it carries the table's. */
export function recordsError(
  code: RecordsErrorCode,
  message: string,
  hint: string = recordsErrors[code].hint,
): CodedError<RecordsErrorCode> {
  return new CodedError(code, message, { hint });
}

/**
 * Reading stopped before the end for a reason that is not the user's: what was not read may hold anything. A survey turns it into
 * a gap over the whole registry, so it never leaves this room.
 */
export class ReadingStopped extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.name = 'ReadingStopped';
    this.hint = hint;
  }
}
