import { guards } from '../../src/apply/outcome.ts';
import { edgeKinds } from '../../src/evidence/sink.ts';
import { edgeTable } from '../../src/graph/edges.ts';
import { type ReasonCode, reasons } from '../../src/policy/reason.ts';
import { whatWouldChange } from '../../src/report/explain/what-would-change.ts';
import { sentence, tableOf } from './markdown.ts';

/** Reasons of one verdict. @param withChange - also what would have to change for the opposite */
export function reasonTable(verdict: 'keep' | 'delete', withChange: boolean): readonly string[] {
  const codes = (Object.keys(reasons) as ReasonCode[]).filter((code) => reasons[code].verdict === verdict);
  const rows = codes.map((code) => [
    `\`${code}\``,
    sentence(reasons[code].meaning),
    ...(withChange ? [sentence(whatWouldChange(code))] : []),
  ]);
  const opposite = verdict === 'keep' ? 'for it to go' : 'for it to stay';
  return tableOf(['reason', 'meaning', ...(withChange ? [opposite] : [])], rows);
}

export function guardTable(): readonly string[] {
  return tableOf(
    ['guard', 'what it found'],
    Object.entries(guards).map(([name, words]) => [`\`${name}\``, sentence(words)]),
  );
}

/** Who keeps whom, by kind of edge. */
export function edgeRows(): readonly string[] {
  return tableOf(
    ['edge', 'in words', 'who keeps whom'],
    edgeKinds.map((kind) => {
      const { keeping, words } = edgeTable[kind];
      return [
        `\`${kind}\``,
        `A ${words} B`,
        {
          'from keeps to': 'the one that names keeps what it names',
          'to keeps from': 'the one that is named keeps the one that names it',
          both: 'each keeps the other',
        }[keeping],
      ];
    }),
  );
}
