import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { OcRemoved } from './oc-model.ts';

/** What was found to go, in a form that compares quickly: how many, and a hash of all their names in order. */
export type Answer = Readonly<Record<keyof OcRemoved, { readonly count: number; readonly hash: string }>>;

export function answerOf(removed: OcRemoved): Answer {
  return Object.fromEntries(
    Object.entries(removed).map(([what, names]) => {
      const hash = createHash('sha256');
      for (const name of [...(names as string[])].sort()) hash.update(`${name}\n`);
      return [what, { count: names.length, hash: hash.digest('hex') }];
    }),
  ) as Answer;
}

/**
 * Reads the document of `winnow prune images -o json`, which has an action a line, without holding all of it.
 *
 * @param isCounted - which links to count; absent: all.
 */
export async function readDocument(
  file: string,
  isCounted: (digest: string) => boolean = () => true,
): Promise<OcRemoved> {
  const removed: OcRemoved = { streamItems: [], layerLinks: [], manifestLinks: [], blobs: [], images: [] };
  let list = '';
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const begins = /^ {2}"(\w+)": \[/.exec(line);
    if (begins !== null) list = begins[1] as string;
    if (!line.startsWith('    {') || !(list in removed)) continue;
    const { stream, tag, index, image, repository, digest } = JSON.parse(line.replace(/,$/, ''));
    if (list === 'streamItems') removed.streamItems.push(`${stream}:${tag}[${index}]@${image}`);
    else if (list === 'blobs' || list === 'images') removed[list].push(digest);
    else if (isCounted(digest)) removed[list as 'layerLinks' | 'manifestLinks'].push(`${repository}@${digest}`);
  }
  return removed;
}
