import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { encodeEvidence } from '../../evidence/saved/encode.ts';
import type { Planned } from '../../flows/plan-tags.ts';
import { systemKind, systemName } from '../../plan/plan.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { failureWords } from '../../util/pure/system-failure.ts';
import { type CliErrorCode, cliErrors } from '../errors.ts';

/** Writes all that a plan was made from, readable by its owner alone: it names what a company runs. */
export async function writeEvidenceFile(path: string, { plan, view, means }: Planned): Promise<void> {
  const { scope, madeAtMs } = plan.header;
  const header = { of: `${systemKind(scope)} ${systemName(scope)}`, madeAtMs, means };
  const lines = encodeEvidence({ header, evidence: view.evidence, memory: view });
  try {
    await pipeline(Readable.from(lines), createWriteStream(path, { mode: 0o600 }));
  } catch (error) {
    throw new CodedError<CliErrorCode>(
      'EVIDENCE_FILE_UNWRITABLE',
      `writing the evidence to ${path}: ${failureWords(error)}`,
      { hint: cliErrors.EVIDENCE_FILE_UNWRITABLE.hint, cause: error },
    );
  }
}
