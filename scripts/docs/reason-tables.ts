import { guards } from '../../src/apply/outcome.ts';
import { edgeKinds } from '../../src/evidence/sink.ts';
import { edgeTable } from '../../src/graph/edges.ts';
import { type ReasonCode, reasons } from '../../src/policy/reason.ts';
import { whatWouldChange } from '../../src/report/explain/what-would-change.ts';
import { sentence, tableOf } from './markdown.ts';

type Flow = 'reconcile' | 'hard-prune';

/** Reasons that not every flow has. */
const flowsOf: Partial<Record<ReasonCode, readonly Flow[]>> = Object.fromEntries([
  ...(
    [
      ...['tagged', 'stored-manifest', 'grace', 'hold', 'in-use-again', 'cached-manifest', 'untagged', 'no-manifest'],
      ...['grace-over', 'hold-over', 'stale-upload', 'stale-temporary', 'dangling-link', 'empty-repository'],
    ] as const
  ).map((code) => [code, ['hard-prune']]),
  ...(
    [
      ...['active-record', 'keep-newest', 'no-record', 'orphaned-referrer', 'protected-repository', 'retained'],
      ...['shares-digest', 'unknown-repository', 'inactive-record', 'no-record-expired', 'expired', 'requested'],
      ...['retired', 'unreferenced'],
    ] as const
  ).map((code) => [code, ['reconcile']]),
]);

/** Reasons of one verdict: of all flows, or those that one flow has, with what would have to change for the opposite. */
export function reasonTable(verdict: 'keep' | 'delete', flow?: Flow): readonly string[] {
  const withChange = flow !== undefined;
  const isOfFlow = (code: ReasonCode) => flow === undefined || (flowsOf[code] ?? [flow]).includes(flow);
  const codes = (Object.keys(reasons) as ReasonCode[]).filter(
    (code) => reasons[code].verdict === verdict && isOfFlow(code),
  );
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
