import type { PlanRow, PlanSums, SumOf } from '../../systems/history/contract.ts';
import type { HttpParts } from '../http/parts.ts';
import { type PlanFilter, type PlanView, planViewOf } from '../views/plan-view.ts';
import { abilitiesOf } from '../views/run-view.ts';
import { applyCommand, planCommand, planFileName } from '../views/schedule-view.ts';
import { type Frame, frameOf } from './frame.ts';
import { Page } from './layout.tsx';
import { Bytes, Count, countedWith } from './parts/amount.tsx';
import { Decide } from './parts/decide.tsx';
import { Options } from './parts/options.tsx';
import { HeaderFacts } from './parts/plan-header.tsx';
import { PlanTable } from './parts/plan-table.tsx';
import { State } from './parts/state.tsx';
import { type PageContext, queryOf, runOf, show } from './show.ts';

const outcomes = ['done', 'already-gone', 'skipped', 'failed'] as const;

interface Parts {
  readonly frame: Frame;
  readonly view: PlanView;
}

/** `/runs/:id/plan`: what exactly would go, why, and shall it? */
export async function showPlan(context: PageContext, parts: HttpParts): Promise<Response> {
  const run = await runOf(context, parts);
  const [frame, view] = await Promise.all([frameOf(context, parts), planViewOf(parts.history, run, filterOf(context))]);
  const settings = parts.settings().schedules.find(({ name }) => name === run.schedule);
  const commands = {
    plan: planCommand(run.flow, settings, run.moreArguments),
    apply: applyCommand(run, settings),
  };
  return show(context, <Plan frame={frame} view={view} commands={commands} />);
}

/** What a form asks for. */
function filterOf(context: PageContext): PlanFilter {
  const [fromN, beforeN] = ['from', 'before'].map((name) => placeIn(queryOf(context, name)));
  const [text, verb, group, reasonCode] = ['text', 'verb', 'group', 'reason'].map((name) => queryOf(context, name));
  const outcome = outcomes.find((one) => one === queryOf(context, 'outcome'));
  return {
    ...(text !== undefined && { text }),
    ...(verb !== undefined && { verb }),
    ...(group !== undefined && { group }),
    ...(reasonCode !== undefined && { reasonCode }),
    ...(outcome !== undefined && { outcome }),
    ...(beforeN !== undefined ? { beforeN } : fromN !== undefined && { fromN }),
  };
}

/** A row's number; undefined for anything else, and for the first. */
function placeIn(text: string | undefined): number | undefined {
  const n = Number(text);
  return Number.isSafeInteger(n) && n > 0 ? n : undefined;
}

function Plan({
  frame,
  view,
  commands,
}: Parts & { readonly commands: { readonly plan: string; readonly apply: string } }) {
  const { run, header, all } = view;
  const path = `${frame.basePath}/runs/${encodeURIComponent(run.id)}`;
  return (
    <Page frame={frame} title={`Plan of ${run.id}`} here="/runs">
      <p class="crumbs">
        <a href={`${frame.basePath}/runs`}>Runs</a> / <a href={path}>{run.id}</a>
      </p>
      <div class="head">
        <h1>The plan</h1>
        <State of={run.state} />
        <span class="end steps">
          <a class="button" href={`${path}/compare`}>
            Compare with the last plan
          </a>
          <a class="button" href={`${path}/plan.ndjson`} download={planFileName(run)}>
            Download
          </a>
        </span>
      </div>
      <section class="sheet" aria-labelledby="sums">
        <h2 id="sums">
          {all.actions === 0 ? (
            'Nothing would go'
          ) : (
            <>
              {countedWith(all.actions, 'action')}, which free <Bytes of={all.freesBytes} />
            </>
          )}
        </h2>
        <Sums sums={all} path={path} />
        <Decide frame={frame} run={run} can={{ ...abilitiesOf(run, frame.nowMs), undo: false, stop: false }} />
      </section>
      <Actions view={view} path={path} />
      {header !== undefined && <HeaderFacts header={header} nowMs={frame.nowMs} />}
      <section class="sheet" aria-labelledby="commands">
        <h2 id="commands">The same by hand</h2>
        <p>What makes such a plan, and removes nothing:</p>
        <Command words={commands.plan} />
        <p>What does this plan, once it was downloaded:</p>
        <Command words={commands.apply} />
      </section>
    </Page>
  );
}

function Command({ words }: { readonly words: string }) {
  return (
    <div class="copy">
      <pre tabindex={0}>
        <code>{words}</code>
      </pre>
    </div>
  );
}

function Sums({ sums, path }: { readonly sums: PlanSums; readonly path: string }) {
  if (sums.actions === 0) return null;
  return (
    <div class="columns">
      <SumTable title="By action" sums={sums.byVerb} wayTo={(key) => `${path}/plan?verb=${encodeURIComponent(key)}`} />
      <SumTable
        title="By reason"
        sums={sums.byReason}
        wayTo={(key) => `${path}/plan?reason=${encodeURIComponent(key)}`}
      />
      <SumTable
        title="By place, those that free most"
        sums={sums.byGroup}
        wayTo={(key) => `${path}/plan?group=${encodeURIComponent(key)}`}
      />
    </div>
  );
}

const SHOWN_SUMS = 8;

function SumTable(props: {
  readonly title: string;
  readonly sums: readonly SumOf[];
  readonly wayTo: (key: string) => string;
}) {
  const { title, sums, wayTo } = props;
  const named = sums.filter(({ key }) => key !== '');
  if (named.length === 0) return null;
  const rest = named.slice(SHOWN_SUMS);
  return (
    <div>
      <SumRows title={title} sums={named.slice(0, SHOWN_SUMS)} wayTo={wayTo} />
      {rest.length > 0 && (
        <details>
          <summary>{rest.length} more</summary>
          <SumRows title={`${title}, the others`} sums={rest} wayTo={wayTo} />
        </details>
      )}
    </div>
  );
}

function SumRows({
  title,
  sums,
  wayTo,
}: {
  readonly title: string;
  readonly sums: readonly SumOf[];
  readonly wayTo: (key: string) => string;
}) {
  return (
    <table>
      <caption>{title}</caption>
      <thead class="unseen">
        <tr>
          <th scope="col">{title}</th>
          <th scope="col">Actions</th>
          <th scope="col">Bytes</th>
        </tr>
      </thead>
      <tbody>
        {sums.map(({ key, actions, freesBytes }) => (
          <tr>
            <th scope="row" class="break">
              <a href={`${wayTo(key)}#actions`}>{key}</a>
            </th>
            <td class="num">
              <Count of={actions} />
            </td>
            <td class="num">
              <Bytes of={freesBytes} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Actions({ view, path }: { readonly view: PlanView; readonly path: string }) {
  const { rows, found, all, filter, nextN, previousN } = view;
  const isFiltered = found !== all;
  return (
    <section class="sheet" aria-labelledby="actions">
      <h2 id="actions">Actions</h2>
      <Filter view={view} path={path} />
      {isFiltered && (
        <p>
          {countedWith(found.actions, 'action')} of <Count of={all.actions} /> are like that, and free{' '}
          <Bytes of={found.freesBytes} />. <a href={`${path}/plan#actions`}>Show all</a>
        </p>
      )}
      {rows.length === 0 ? (
        <p class="none">No action is like that.</p>
      ) : (
        <PlanTable rows={rows} caption="Actions in their order" withOutcome={hasOutcome(rows)} />
      )}
      <nav class="pages" aria-label="More actions">
        {previousN !== undefined && (
          <>
            <a href={`${path}/plan${queryWith(filter)}#actions`}>From the beginning</a>
            <a rel="prev" href={`${path}/plan${queryWith(filter, { before: previousN })}#actions`}>
              Previous
            </a>
          </>
        )}
        {nextN !== undefined && (
          <a rel="next" href={`${path}/plan${queryWith(filter, { from: nextN })}#actions`}>
            Next
          </a>
        )}
        <span class="hint">
          {rows.length > 0 && `Rows ${(rows[0]?.n ?? 0) + 1} to ${(rows.at(-1)?.n ?? 0) + 1} of the plan`}
        </span>
      </nav>
    </section>
  );
}

function Filter({ view: { all, filter }, path }: { readonly view: PlanView; readonly path: string }) {
  const choices = (sums: readonly SumOf[], chosen: string | undefined) => {
    const keys = new Set(sums.map(({ key }) => key).filter((key) => key !== ''));
    if (chosen !== undefined) keys.add(chosen);
    return [...keys].sort().map((value) => ({ value, words: value }));
  };
  return (
    <form class="filter" method="get" action={`${path}/plan#actions`}>
      <div class="field wide">
        <label for="text">Part of the name</label>
        <input type="search" id="text" name="text" value={filter.text ?? ''} autocomplete="off" />
      </div>
      <div class="field">
        <label for="verb">Action</label>
        <Options name="verb" chosen={filter.verb} options={choices(all.byVerb, filter.verb)} />
      </div>
      <div class="field">
        <label for="reason">Reason</label>
        <Options name="reason" chosen={filter.reasonCode} options={choices(all.byReason, filter.reasonCode)} />
      </div>
      <div class="field">
        <label for="group">Place</label>
        <Options name="group" chosen={filter.group} options={choices(all.byGroup, filter.group)} />
      </div>
      <div class="field">
        <label for="outcome">Outcome</label>
        <Options name="outcome" chosen={filter.outcome} options={outcomes.map((value) => ({ value, words: value }))} />
      </div>
      <button type="submit">Filter</button>
    </form>
  );
}

function hasOutcome(rows: readonly PlanRow[]): boolean {
  return rows.some(({ outcome }) => outcome !== undefined);
}

function queryWith(
  { text, verb, group, reasonCode, outcome }: PlanFilter,
  place: { readonly from?: number; readonly before?: number } = {},
): string {
  const search = new URLSearchParams();
  const values = { text, verb, group, reason: reasonCode, outcome, ...place };
  for (const [name, value] of Object.entries(values)) if (value !== undefined) search.set(name, String(value));
  const query = search.toString();
  return query === '' ? '' : `?${query}`;
}
