import { CodedError } from '../../util/pure/coded-error.ts';

/** Codes of what can be wrong with a file of evidence. `docs/errors.md` is made from this table. */
export const evidenceErrors = {
  EVIDENCE_MALFORMED: {
    meaning: 'A line of a file of evidence is not what it should be.',
    hint: 'write it again with --evidence-out',
  },
  EVIDENCE_VERSION: {
    meaning: 'The file of evidence was written by another version of Winnow.',
    hint: 'write it again with this Winnow and --evidence-out',
  },
  EVIDENCE_CUT_SHORT: {
    meaning: 'The file of evidence ends before its last line: writing or copying it was cut short.',
    hint: 'write it again with --evidence-out, or copy it again',
  },
  EVIDENCE_CHANGED: {
    meaning: 'The file of evidence is not as it was written: its checksum does not fit.',
    hint: 'write it again with --evidence-out',
  },
} as const;

export type EvidenceErrorCode = keyof typeof evidenceErrors;

export class EvidenceError extends CodedError<EvidenceErrorCode> {
  constructor(code: EvidenceErrorCode, message: string) {
    super(code, message, { hint: evidenceErrors[code].hint });
  }
}
