import { formatBytes } from '../../util/pure/bytes.ts';
import { ServiceError, type ServiceErrorCode } from '../errors.ts';
import type { HttpParts } from '../http/parts.ts';
import { readKey, storagePath, tagPath } from '../views/image-key.ts';
import { type PolicyChange, type PolicyEffect, type PolicyTrial, readTrial } from '../views/policy-trial.ts';
import { presentPolicies } from '../views/present-policies.ts';
import { registryOf } from '../views/storage-view.ts';
import { type Frame, frameOf } from './frame.ts';
import { Page } from './layout.tsx';
import { Bytes, Count, countedWith } from './parts/amount.tsx';
import { Post } from './parts/post.tsx';
import { Scroll } from './parts/scroll.tsx';
import { type PageContext, show } from './show.ts';

/** More changes than this are counted, not listed. */
const MOST_CHANGES = 300;
const MOST_TEXT = 200_000;
/** What a person can put right here; all else is an error of the page. */
const answered: ReadonlySet<string> = new Set<ServiceErrorCode>(['POLICY_INVALID', 'NO_EVIDENCE', 'REQUEST_TOO_LARGE']);

const example = `prune:
  policies:
    - name: everything
      repositories: ['**']
      keepYoungerThan: 30d
      keepNewest: 5
`;

interface Tried {
  readonly frame: Frame;
  readonly target: string;
  /** As it stands in the form. */
  readonly text: string;
  /** Whether that is what holds now. */
  readonly isPresent: boolean;
  readonly trial?: PolicyTrial;
  readonly refused?: ServiceError;
}

/** `/storage/:target/try`: what if the policies were others? */
export async function showTry(context: PageContext, parts: HttpParts): Promise<Response> {
  const target = context.req.param('target') ?? '';
  const [frame] = await Promise.all([frameOf(context, parts), registryOf(parts.history, target)]);
  const present = await presentPolicies(parts.history, target);
  return show(
    context,
    <Try frame={frame} target={target} text={present ?? example} isPresent={present !== undefined} />,
  );
}

/** Tries what the form has. Nothing is asked of the registry, and nothing is touched. */
export async function tryPolicies(context: PageContext, parts: HttpParts): Promise<Response> {
  const target = context.req.param('target') ?? '';
  const frame = await frameOf(context, parts);
  if (frame.person === undefined) throw new ServiceError('NOT_SIGNED_IN', 'trying policies: nobody is known to ask');
  const field = (await context.req.parseBody())['settings'];
  const text = typeof field === 'string' ? field.replaceAll('\r\n', '\n') : '';
  const common = { frame, target, text, isPresent: false };
  try {
    if (text.length > MOST_TEXT)
      throw new ServiceError(
        'REQUEST_TOO_LARGE',
        `reading the policies: they have ${text.length} characters, more than ${MOST_TEXT}`,
      );
    const document = await parts.desk.tryPolicies(target, text, frame.person, context.req.raw.signal);
    return show(context, <Try {...common} trial={readTrial(document)} />);
  } catch (error) {
    if (!(error instanceof ServiceError) || !answered.has(error.code)) throw error;
    return show(context, <Try {...common} refused={error} />);
  }
}

function Try({ frame, target, text, isPresent, trial, refused }: Tried) {
  return (
    <Page frame={frame} title={`What if: ${target}`} here="/storage">
      <p class="crumbs">
        <a href={`${frame.basePath}/storage`}>Storage</a> ›{' '}
        <a href={`${frame.basePath}${storagePath(target)}`}>{target}</a>
      </p>
      <h1>What if the policies were others?</h1>
      {refused !== undefined && (
        <div class="notice tone-bad" role="alert">
          <div>
            <pre>{refused.message}</pre>
            <p>{refused.hint}</p>
          </div>
        </div>
      )}
      {trial !== undefined && <Trial frame={frame} target={target} trial={trial} />}
      <section class="sheet" aria-labelledby="policies">
        <h2 id="policies">Policies to try</h2>
        <p>
          They are tried on what the last run saw. Nothing is asked of the registry, nothing is removed, and no settings
          change: what you like, write into the settings file.{' '}
          {isPresent && 'These are the policies by which the last run planned.'}
        </p>
        <Post frame={frame} action={`/storage/${encodeURIComponent(target)}/try`} class="try">
          <p>
            <label for="settings">Settings, as YAML</label>
            <br />
            <textarea id="settings" name="settings" class="mono" rows={18} cols={90} spellcheck={false} required>
              {text}
            </textarea>
          </p>
          <button class="main" type="submit">
            Try them
          </button>
        </Post>
      </section>
    </Page>
  );
}

function Trial({
  frame,
  target,
  trial,
}: {
  readonly frame: Frame;
  readonly target: string;
  readonly trial: PolicyTrial;
}) {
  const { tested, against, newlyDeleted, newlyKept, gaps, madeAt } = trial;
  const same = newlyDeleted.length + newlyKept.length === 0;
  return (
    <>
      <section class="sheet" aria-labelledby="effect">
        <h2 id="effect">What they would do</h2>
        <EffectTable tested={tested} against={against} />
        <p class="hint">{`By evidence of ${madeAt}.`}</p>
        {same && <p>{against === undefined ? 'Nothing would be removed.' : 'Both remove the same.'}</p>}
        {tested.idleRules.map((rule) => (
          <p class="notice tone-warn">{`Met by nothing: ${rule}`}</p>
        ))}
        {gaps > 0 && (
          <p class="notice tone-warn">{`${countedWith(gaps, 'gap')} in the evidence may have kept more than this world would.`}</p>
        )}
      </section>
      <Changes
        {...{ frame, target, changes: newlyDeleted, id: 'goes' }}
        title={against === undefined ? 'Would go' : 'Would newly go'}
        wasWord="stayed because"
      />
      <Changes
        {...{ frame, target, changes: newlyKept, id: 'stays' }}
        title="Would newly stay"
        wasWord="went because"
      />
    </>
  );
}

function EffectTable({
  tested,
  against,
}: {
  readonly tested: PolicyEffect;
  readonly against: PolicyEffect | undefined;
}) {
  const rows = [
    ...(against === undefined ? [] : [{ words: 'present policies', effect: against }]),
    { words: 'these', effect: tested },
  ];
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">policies</th>
          <th scope="col" class="num">
            tags that go
          </th>
          <th scope="col" class="num">
            manifests that go
          </th>
          <th scope="col" class="num">
            frees
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ words, effect }) => (
          <tr>
            <th scope="row">{words}</th>
            <td class="num">
              <Count of={effect.tags} />
            </td>
            <td class="num">
              <Count of={effect.manifests} />
            </td>
            <td class="num">
              <Bytes of={effect.freesBytes} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Changes(props: {
  readonly frame: Frame;
  readonly target: string;
  readonly changes: readonly PolicyChange[];
  readonly id: string;
  readonly title: string;
  readonly wasWord: string;
}) {
  const { frame, target, changes, id, title, wasWord } = props;
  if (changes.length === 0) return null;
  const bytes = changes.reduce((sum, { freesBytes }) => sum + freesBytes, 0);
  const more = changes.length - MOST_CHANGES;
  return (
    <section class="sheet" aria-labelledby={id}>
      <h2 id={id}>{`${title}: ${changes.length}, ${formatBytes(bytes)}`}</h2>
      <Scroll name={`Table: ${title}`} tall>
        <table>
          <thead>
            <tr>
              <th scope="col">target</th>
              <th scope="col" class="num">
                frees
              </th>
              <th scope="col">because</th>
              <th scope="col">{wasWord}</th>
            </tr>
          </thead>
          <tbody>
            {changes.slice(0, MOST_CHANGES).map((change) => (
              <tr>
                <td class="target">
                  <Target frame={frame} target={target} name={change.target} />
                </td>
                <td class="num">
                  <Bytes of={change.freesBytes} />
                </td>
                <td class="break">{change.because}</td>
                <td class="break">{change.before?.because ?? ''}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {more > 0 && <p class="hint">{`And ${more} more: winnow policy test lists all.`}</p>}
    </section>
  );
}

function Target({ frame, target, name }: { readonly frame: Frame; readonly target: string; readonly name: string }) {
  const parts = readKey(target, name);
  if (parts.kind !== 'tag') return <>{name}</>;
  return (
    <a
      href={`${frame.basePath}${tagPath(target, parts.repository, parts.tag)}`}
    >{`${parts.repository}:${parts.tag}`}</a>
  );
}
