import { no, unknown, yes } from '../truth.ts';
import type { Prepare } from './prepare.ts';

/** Whether it is among the newest digests of a tag. What Winnow never saw on a tag is no revision of it. */
export const tagRevisions: Prepare<'tagRevisions'> =
  ({ count, pastOnly }, { view, placeInHistory }) =>
  ({ tag, scope, manifest }) => {
    if (tag !== undefined) {
      if (pastOnly === true) return no('it is tagged');
      return count > 0 ? yes('the present revision of its tag') : no('no revisions are kept');
    }
    if (placeInHistory === undefined) return unknown('nothing is remembered of tags');
    const place = manifest === undefined ? undefined : placeInHistory(scope, view.evidence.resources.key(manifest));
    if (place === undefined) return no('no tag was seen on it');
    return place <= count ? yes(`revision ${place} of a tag`) : no(`revision ${place} of a tag at best`);
  };
