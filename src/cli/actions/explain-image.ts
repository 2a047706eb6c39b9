import { explainImage, type ImageTarget } from '../../flows/explain-image.ts';
import { parseReference } from '../../oci/reference.ts';
import { type ExitCode, exitCodes } from '../../report/exit-code.ts';
import { renderExplain } from '../../report/explain/render-explain.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import type { CliErrorCode } from '../errors.ts';
import { makeImagesPlan } from '../session/make-images-plan.ts';
import type { Terminal } from '../terminal.ts';
import { type PruneImagesCommandFlags, withImages } from './prune-images.ts';

/** Why an Image, or an item of a tag's history, stays, or why `winnow prune images` would remove it. */
export async function explainOneImage(
  terminal: Terminal,
  flags: PruneImagesCommandFlags,
  reference: string,
): Promise<ExitCode> {
  const target = imageTargetOf(reference);
  return await withImages(terminal, flags, async (session, open, options) => {
    const explanation = explainImage(await makeImagesPlan(session, open, options), target);
    const isAbsent = explanation.verdict === 'absent';
    const isUnseen = isAbsent && explanation.gaps?.some(({ hides }) => hides === 'existence') === true;
    if (isAbsent && !isUnseen)
      throw new CodedError<CliErrorCode>(
        'TAG_NOT_FOUND',
        `explaining ${reference}: ${open.shown} has no such Image, and no such item in an image stream`,
        { hint: `see what there is: ${explanation.next}` },
      );
    await terminal.print(renderExplain(explanation, flags.output, terminal.paint));
    return isUnseen ? exitCodes.evidence : exitCodes.done;
  });
}

/** `sha256:…`, `shop/web:v1`, `shop/web@sha256:…`; a registry's name in front says nothing. @throws REFERENCE_INVALID */
export function imageTargetOf(text: string): ImageTarget {
  if (/^sha\d+:[0-9a-f]+$/.test(text)) return { digest: text };
  const { repository: stream, tag, digest } = parseReference(text);
  if (stream.split('/').length !== 2) throw invalid(text, 'it is not NAMESPACE/STREAM');
  if (digest !== undefined) return { stream, digest };
  if (tag !== undefined) return { stream, tag };
  throw invalid(text, 'it names neither a tag nor a digest');
}

function invalid(text: string, why: string): CodedError {
  return new CodedError('REFERENCE_INVALID', `reading the reference ${text}: ${why}`, {
    hint: 'write NAMESPACE/STREAM:TAG, NAMESPACE/STREAM@sha256:… or sha256:…',
  });
}
