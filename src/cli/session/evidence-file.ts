import { createReadStream } from 'node:fs';
import { decodeEvidence } from '../../evidence/saved/decode.ts';
import { EvidenceError } from '../../evidence/saved/errors.ts';
import type { SavedEvidence } from '../../evidence/saved/saved-evidence.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { failureWords } from '../../util/pure/system-failure.ts';
import { textLinesIn } from '../../util/raw-lines.ts';
import { type CliErrorCode, cliErrors } from '../errors.ts';

/** Reads a file of evidence, whole. @throws EVIDENCE_FILE_UNREADABLE, EVIDENCE_MALFORMED and so on, naming the file */
export async function readEvidenceFile(path: string): Promise<SavedEvidence> {
  try {
    return await decodeEvidence(textLinesIn(createReadStream(path) as AsyncIterable<Uint8Array>));
  } catch (error) {
    if (error instanceof EvidenceError)
      throw new EvidenceError(
        error.code,
        error.message.replace('reading the evidence', `reading the evidence ${path}`),
      );
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw new CodedError<CliErrorCode>(
      'EVIDENCE_FILE_UNREADABLE',
      `reading the evidence ${path}: ${failureWords(error)}`,
      { hint: cliErrors.EVIDENCE_FILE_UNREADABLE.hint, cause: error },
    );
  }
}
