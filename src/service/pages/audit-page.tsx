import type { AuditEntry } from '../../systems/history/contract.ts';
import type { HttpParts } from '../http/parts.ts';
import { type Frame, frameOf } from './frame.ts';
import { Page } from './layout.tsx';
import { Scroll } from './parts/scroll.tsx';
import { At } from './parts/time.tsx';
import { type PageContext, queryOf, show } from './show.ts';

const ENTRIES = 100;

/** `/audit`: who did what, and when? */
export async function showAudit(context: PageContext, parts: HttpParts): Promise<Response> {
  const beforeId = Number(queryOf(context, 'before'));
  const runId = queryOf(context, 'run');
  const [frame, entries] = await Promise.all([
    frameOf(context, parts),
    parts.history.audit({
      limit: ENTRIES + 1,
      ...(Number.isSafeInteger(beforeId) && beforeId > 0 && { beforeId }),
      ...(runId !== undefined && { runId }),
    }),
  ]);
  const shown = entries.slice(0, ENTRIES);
  const last = shown.at(-1);
  return show(
    context,
    <Page frame={frame} title="Audit" here="/audit">
      <h1>{runId === undefined ? 'Audit' : `Audit of ${runId}`}</h1>
      <section class="sheet" aria-label="Entries">
        {shown.length === 0 ? (
          <p class="none">Nobody has asked for anything yet.</p>
        ) : (
          <Entries frame={frame} entries={shown} />
        )}
        <nav class="pages" aria-label="More entries">
          {Number.isSafeInteger(beforeId) && beforeId > 0 && <a href={`${frame.basePath}/audit`}>The newest</a>}
          {entries.length > ENTRIES && last !== undefined && (
            <a
              rel="next"
              href={`${frame.basePath}/audit?${new URLSearchParams({ before: `${last.id}`, ...(runId !== undefined && { run: runId }) })}`}
            >
              Older
            </a>
          )}
        </nav>
      </section>
    </Page>,
  );
}

function Entries({
  frame: { basePath, nowMs },
  entries,
}: {
  readonly frame: Frame;
  readonly entries: readonly AuditEntry[];
}) {
  return (
    <Scroll name="Audit">
      <table class="rows">
        <caption class="unseen">Who did what, newest first</caption>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">Role</th>
            <th scope="col">What</th>
            <th scope="col">Run</th>
            <th scope="col">Plan</th>
            <th scope="col">Note</th>
          </tr>
        </thead>
        <tbody>
          {entries.map(({ atMs, who, role, what, runId, planHash, note }) => (
            <tr>
              <td>
                <At ms={atMs} nowMs={nowMs} />
              </td>
              <td>{who}</td>
              <td>{role}</td>
              <td>
                <strong>{what}</strong>
              </td>
              <td class="break">
                {runId !== undefined && <a href={`${basePath}/runs/${encodeURIComponent(runId)}`}>{runId}</a>}
              </td>
              <td>{planHash !== undefined && <code title={planHash}>{planHash.slice(0, 12)}</code>}</td>
              <td class="break">{note}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
