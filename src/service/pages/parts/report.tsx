import type { CauseView, ReportView, RepositoryView } from '../../views/report-view.ts';
import { Bytes, Count } from './amount.tsx';
import { Icon } from './icon.tsx';
import { Scroll } from './scroll.tsx';

const SHOWN_REPOSITORIES = 50;

/** What came of a run: what was not done and why, what each repository lost, or the error that ended it. */
export function Report(props: { readonly report: ReportView; readonly path: string; readonly hasPlan: boolean }) {
  const { report, path, hasPlan } = props;
  const { error, unfinished, causes, repositories } = report;
  if (error === undefined && unfinished.length + causes.length + repositories.length === 0) return null;
  return (
    <section class="sheet" aria-labelledby="report">
      <h2 id="report">What came of it</h2>
      {error !== undefined && (
        <div class="notice tone-bad">
          <Icon name="bad" />
          <div>
            <p>
              {error.message} <code>{error.code}</code>
            </p>
            {error.hint !== undefined && <p>Next: {error.hint}</p>}
          </div>
        </div>
      )}
      {unfinished.map(({ what, why }) => (
        <p class="notice tone-warn">
          <Icon name="warn" /> {what}: {why}
        </p>
      ))}
      {causes.length > 0 && <Causes causes={causes} path={path} hasPlan={hasPlan} />}
      {repositories.length > 0 && <Repositories repositories={repositories} />}
    </section>
  );
}

function Causes(props: { readonly causes: readonly CauseView[]; readonly path: string; readonly hasPlan: boolean }) {
  const { causes, path, hasPlan } = props;
  return (
    <Scroll name="What was not done">
      <table class="rows">
        <caption>What was not done, and why</caption>
        <thead>
          <tr>
            <th scope="col">Outcome</th>
            <th scope="col">Cause</th>
            <th scope="col" class="num">
              Actions
            </th>
            <th scope="col">For one of them</th>
          </tr>
        </thead>
        <tbody>
          {causes.map(({ result, cause, count, example }) => (
            <tr>
              <td>{hasPlan ? <a href={`${path}/plan?outcome=${encodeURIComponent(result)}`}>{result}</a> : result}</td>
              <td>
                <code>{cause}</code>
              </td>
              <td class="num">
                <Count of={count} />
              </td>
              <td class="break">{example ?? ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Repositories({ repositories }: { readonly repositories: readonly RepositoryView[] }) {
  const more = repositories.length - SHOWN_REPOSITORIES;
  return (
    <Scroll name="Repositories">
      <table>
        <caption>Repositories</caption>
        <thead>
          <tr>
            <th scope="col">Repository</th>
            {['Found', 'Live', 'Removed', 'Freed'].map((words) => (
              <th scope="col" class="num">
                {words}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {repositories.slice(0, SHOWN_REPOSITORIES).map(({ repository, found, live, removed, freedBytes }) => (
            <tr>
              <th scope="row" class="break">
                {repository}
              </th>
              {[found, live, removed].map((count) => (
                <td class="num">
                  <Count of={count} />
                </td>
              ))}
              <td class="num">
                <Bytes of={freedBytes} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && <p class="none">and {more} more</p>}
    </Scroll>
  );
}
