import type { PlanHeader } from '../../../plan/plan.ts';
import { groupGaps } from '../../../report/gap-groups.ts';
import { gapSentence } from '../../../report/gap-lines.ts';
import { keptCounts } from '../../../report/kept-by-reason.ts';
import { Count, countedWith } from './amount.tsx';
import { Scroll } from './scroll.tsx';
import { At } from './time.tsx';

const SHOWN_GAPS = 20;

/** What a plan was made from: who was asked, what could not be seen, what stays and why, the policy and the limits. */
export function HeaderFacts({ header, nowMs }: { readonly header: PlanHeader; readonly nowMs: number }) {
  return (
    <div class="columns">
      <section class="sheet" aria-labelledby="evidence">
        <h2 id="evidence">What it was made from</h2>
        <p>
          Made <At ms={header.madeAtMs} nowMs={nowMs} />, good until <At ms={header.expiresAtMs} nowMs={nowMs} />
        </p>
        <Gaps header={header} />
        <Sources header={header} nowMs={nowMs} />
        {(header.idleRules ?? []).length > 0 && (
          <>
            <h3>Rules that met nothing</h3>
            <ul>
              {header.idleRules?.map((rule) => (
                <li>{rule}</li>
              ))}
            </ul>
          </>
        )}
      </section>
      <section class="sheet" aria-labelledby="stays">
        <h2 id="stays">What stays</h2>
        <Kept header={header} />
        <details>
          <summary>The policy and the limits, as they were</summary>
          <pre tabindex={0}>
            <code>{JSON.stringify({ policy: header.policy, limits: header.limits }, undefined, 2)}</code>
          </pre>
        </details>
      </section>
    </div>
  );
}

function Gaps({ header: { gaps } }: { readonly header: PlanHeader }) {
  if (gaps.length === 0) return <p>Everything could be seen that was to be looked at.</p>;
  const kinds = groupGaps(gaps);
  return (
    <>
      <h3>{countedWith(gaps.length, 'thing')} could not be seen; what could hang on that was kept</h3>
      <ul>
        {kinds.slice(0, SHOWN_GAPS).map(([first, ...others]) => (
          <li>
            {first !== undefined && gapSentence(first)}
            {others.length > 0 && `, and ${others.length} more like this`}
            {first?.hint !== undefined && <small> Next: {first.hint}</small>}
          </li>
        ))}
      </ul>
      {kinds.length > SHOWN_GAPS && <p class="none">and {kinds.length - SHOWN_GAPS} kinds more</p>}
    </>
  );
}

function Sources({ header: { evidence }, nowMs }: { readonly header: PlanHeader; readonly nowMs: number }) {
  if (evidence.length === 0) return null;
  return (
    <Scroll name="Sources">
      <table>
        <caption>Sources</caption>
        <thead>
          <tr>
            <th scope="col">Source</th>
            <th scope="col">Asked</th>
            <th scope="col" class="num">
              Things
            </th>
            <th scope="col" class="num">
              In use
            </th>
            <th scope="col" class="num">
              Gaps
            </th>
          </tr>
        </thead>
        <tbody>
          {evidence.map(({ source, observedAtMs, facts, gaps }) => (
            <tr>
              <th scope="row" class="break">
                {source}
              </th>
              <td>
                <At ms={observedAtMs} nowMs={nowMs} />
              </td>
              <td class="num">
                <Count of={facts.exists} />
              </td>
              <td class="num">
                <Count of={facts.holds} />
              </td>
              <td class="num">
                <Count of={gaps} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Kept({ header }: { readonly header: PlanHeader }) {
  const kept = keptCounts(header.keptByReason);
  if (kept.length === 0) return <p class="none">Nothing that this plan could tell of.</p>;
  return (
    <table>
      <caption>How much is kept, and why</caption>
      <thead class="unseen">
        <tr>
          <th scope="col">Reason</th>
          <th scope="col">Kept</th>
        </tr>
      </thead>
      <tbody>
        {kept.map(({ reason, meaning, count }) => (
          <tr>
            <th scope="row" class="break">
              {meaning} <small>{reason}</small>
            </th>
            <td class="num">
              <Count of={count} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
