import type { BadReference } from '../../evidence/bad-reference.ts';
import type { Paint } from '../paint.ts';
import { printable } from '../printable.ts';
import { counted } from '../words.ts';

const SHOWN = 10;

/** What could not be read among the names of images in use, who wrote it, and what stays for it. */
export function* badReferenceLines(
  bad: readonly BadReference[],
  show: { readonly all: boolean },
  paint: Paint,
): Generator<string> {
  if (bad.length === 0) return;
  yield paint.bold(`${counted(bad.length, 'reference')} could not be read; what each may mean was kept:`);
  const shown = show.all ? bad : bad.slice(0, SHOWN);
  for (const one of shown) yield `${paint.yellow('!')} ${printable(badReferenceSentence(one))}`;
  if (bad.length > shown.length) yield `  … and ${bad.length - shown.length} more (-o wide shows all)`;
}

export function badReferenceSentence({ reference, by, why, keeps }: BadReference): string {
  const owners = by.length > 2 ? `${by.slice(0, 2).join(', ')} and ${by.length - 2} more` : by.join(', ');
  const kept = keeps.length === 0 ? 'it can mean nothing that there is' : `keeps ${keeps.join(', ')}`;
  return `${JSON.stringify(reference)} of ${owners}: ${why}; ${kept}`;
}
