import type { PlanRow, SumOf } from '../../systems/history/contract.ts';
import { ServiceError } from '../errors.ts';
import type { HttpParts } from '../http/parts.ts';
import { type ComparisonView, comparisonOf } from '../views/plan-view.ts';
import { previousPlanned } from '../views/run-view.ts';
import { type Frame, frameOf } from './frame.ts';
import { Page } from './layout.tsx';
import { Bytes, Count, countedWith } from './parts/amount.tsx';
import { PlanTable } from './parts/plan-table.tsx';
import { At } from './parts/time.tsx';
import { type PageContext, queryOf, runOf, show } from './show.ts';

/** `/runs/:id/compare`: what is new in this plan, and what is no longer in it? `with` names another run than the one before. */
export async function showComparison(context: PageContext, parts: HttpParts): Promise<Response> {
  const run = await runOf(context, parts);
  const other = queryOf(context, 'with');
  const earlier = other === undefined ? await previousPlanned(parts.history, run) : await parts.history.run(other);
  if (other !== undefined && earlier === undefined)
    throw new ServiceError('RUN_NOT_FOUND', `comparing ${run.id} with ${JSON.stringify(other)}: there is no such run`);
  const frame = await frameOf(context, parts);
  const path = `${frame.basePath}/runs/${encodeURIComponent(run.id)}`;
  const view = earlier === undefined ? undefined : await comparisonOf(parts.history, run, earlier);
  return show(
    context,
    <Page frame={frame} title={`Comparison of ${run.id}`} here="/runs">
      <p class="crumbs">
        <a href={`${frame.basePath}/runs`}>Runs</a> / <a href={path}>{run.id}</a> / <a href={`${path}/plan`}>Plan</a>
      </p>
      <h1>Compared with the last plan</h1>
      {view === undefined ? (
        <p class="sheet">This is the first plan of its schedule: there is nothing to compare it with.</p>
      ) : (
        <Comparison frame={frame} view={view} />
      )}
    </Page>,
  );
}

function Comparison({ frame, view }: { readonly frame: Frame; readonly view: ComparisonView }) {
  const { earlier, run, difference } = view;
  const { onlyInFirst, onlyInSecond, inBoth, firstRows, secondRows } = difference;
  return (
    <>
      <section class="sheet" aria-labelledby="sums">
        <h2 id="sums" class="unseen">
          Sums
        </h2>
        <p>
          The earlier one is <a href={`${frame.basePath}/runs/${encodeURIComponent(earlier.id)}/plan`}>{earlier.id}</a>,{' '}
          <At ms={earlier.dueAtMs} nowMs={frame.nowMs} />; this one is of <At ms={run.dueAtMs} nowMs={frame.nowMs} />.
        </p>
        <dl class="figures">
          <Sum words="new in this plan" sum={onlyInSecond} />
          <Sum words="in both" sum={inBoth} />
          <Sum words="no longer in it" sum={onlyInFirst} />
        </dl>
      </section>
      <Side title="New in this plan" sum={onlyInSecond} rows={secondRows} />
      <Side title="No longer in it" sum={onlyInFirst} rows={firstRows} />
    </>
  );
}

function Sum({ words, sum }: { readonly words: string; readonly sum: SumOf }) {
  return (
    <div>
      <dt>
        {words}, <Bytes of={sum.freesBytes} />
      </dt>
      <dd>
        <Count of={sum.actions} />
      </dd>
    </div>
  );
}

function Side({
  title,
  sum,
  rows,
}: {
  readonly title: string;
  readonly sum: SumOf;
  readonly rows: readonly PlanRow[];
}) {
  const id = title.toLowerCase().replaceAll(' ', '-');
  return (
    <section class="sheet" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {rows.length === 0 ? <p class="none">Nothing.</p> : <PlanTable rows={rows} caption={title} withOutcome={false} />}
      {sum.actions > rows.length && (
        <p class="none">
          These are the first {rows.length} of {countedWith(sum.actions, 'action')}.
        </p>
      )}
    </section>
  );
}
