import type { EdgeKind } from '../evidence/sink.ts';

/** Which end of an edge keeps the other alive. `both`: two names of one thing. */
export type Keeping = 'from keeps to' | 'to keeps from' | 'both';

/** For each kind of edge: who keeps whom, and how the way back words it (`A <words> B`, A being the keeper). */
export const edgeTable: Readonly<Record<EdgeKind, { readonly keeping: Keeping; readonly words: string }>> = {
  record: { keeping: 'from keeps to', words: 'owns' },
  tag: { keeping: 'from keeps to', words: 'points at' },
  child: { keeping: 'from keeps to', words: 'lists' },
  config: { keeping: 'from keeps to', words: 'has the config' },
  layer: { keeping: 'from keeps to', words: 'has the layer' },
  // The odd ones: a referrer names its subject, but it is the subject that keeps the referrer.
  subject: { keeping: 'to keeps from', words: 'is the subject of' },
  'referrer-tag': { keeping: 'to keeps from', words: 'is named by the tag' },
  alias: { keeping: 'both', words: 'is the same content as' },
  opaque: { keeping: 'from keeps to', words: 'can not be read and mentions' },
  link: { keeping: 'from keeps to', words: 'links to' },
  uses: { keeping: 'from keeps to', words: 'uses' },
  names: { keeping: 'from keeps to', words: 'names' },
};
