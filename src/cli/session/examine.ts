import { access, constants, mkdir } from 'node:fs/promises';
import { collectEvidence } from '../../evidence/evidence.ts';
import { leaseScope } from '../../flows/apply-plan.ts';
import type { Check } from '../../report/checks.ts';
import type { Registry } from '../../systems/registry/contract.ts';
import { CodedError, messageOf } from '../../util/pure/coded-error.ts';
import { formatDuration } from '../../util/pure/duration.ts';
import { failureWords } from '../../util/pure/system-failure.ts';
import { whyReadOnly } from './means.ts';
import type { Session } from './session.ts';
import { checkSinks } from './summary-event.ts';

/** A clock that differs by more makes ages and plans' expiry wrong. */
const MAX_SKEW_MS = 5000;

/** Looks at everything that a run needs. Nothing is changed but the state directory, which is made. */
export async function examine(session: Session): Promise<readonly Check[]> {
  const checks = [await stateDirectory(session)];
  let registry: Registry;
  try {
    registry = await session.registry();
  } catch (error) {
    return [...checks, failed('registry: reach', error)];
  }
  checks.push({ name: 'registry: reach', status: 'ok', finding: registry.url }, ...(await connection(registry)));
  checks.push(...(await abilities(session, registry)));
  checks.push(await clock(session, registry));
  checks.push(await lease(session, registry));
  for (const { name, source } of await session.records(registry.host)) {
    const { sink, evidence } = collectEvidence();
    try {
      await source.survey(sink, session.terminal.signal);
      const [gap] = evidence.gaps;
      const rows = `${source.rowCount ?? 'an unknown number of'} rows`;
      checks.push(
        gap === undefined
          ? { name: `records ${name}: read`, status: 'ok', finding: rows }
          : {
              name: `records ${name}: read`,
              status: 'warn',
              finding: `${rows}; ${evidence.gaps.length} can not be used, first: ${gap.cause}`,
              ...(gap.hint === undefined ? {} : { hint: gap.hint }),
            },
      );
    } catch (error) {
      checks.push(failed(`records ${name}: read`, error));
    }
  }
  for (const { sink, error } of await checkSinks(session)) {
    const name = `events ${sink}: reach`;
    // A warning: a summary that nobody gets stops no run.
    checks.push(
      error === undefined
        ? { name, status: 'ok', finding: 'it would take an event' }
        : { ...failed(name, error), status: 'warn' },
    );
  }
  if (session.settings.records.length === 0)
    checks.push({
      name: 'records',
      status: 'warn',
      finding: 'no record source is set: no tag is ever retired by one',
      hint: 'give --records, or set records in the settings file',
    });
  return checks;
}

async function connection(registry: Registry): Promise<readonly Check[]> {
  try {
    const { security, identity } = await registry.connection();
    const words = {
      verified: 'TLS, certificate verified',
      unverified: 'TLS, certificate not verified',
      plain: 'plain HTTP',
    };
    const name = 'registry: connection';
    const local = /^(localhost|127\.|\[::1\])/.test(registry.host);
    return [
      security === 'verified' || local
        ? { name, status: 'ok', finding: words[security] }
        : {
            name,
            status: 'warn',
            finding: words[security],
            hint: 'give --certificate-authority FILE and leave --force-insecure out: others can read and change what is sent',
          },
      { name: 'registry: credentials', status: 'ok', finding: identity },
    ];
  } catch (error) {
    return [failed('registry: credentials', error)];
  }
}

async function stateDirectory({ settings: { stateDir } }: Session): Promise<Check> {
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
    await access(stateDir, constants.W_OK);
    return { name: 'state directory: write', status: 'ok', finding: stateDir };
  } catch (error) {
    return {
      name: 'state directory: write',
      status: 'fail',
      finding: `${stateDir}: ${failureWords(error)}`,
      hint: 'give --state-dir a folder that you may write to',
    };
  }
}

async function abilities({ terminal, settings }: Session, registry: Registry): Promise<readonly Check[]> {
  try {
    const can = await registry.capabilities(terminal.signal);
    const refusal = whyReadOnly(can);
    const shared = settings.reconcile.untagByOverwrite
      ? 'a shared tag is overwritten first'
      : 'a tag that shares its digest with one that stays, stays';
    return [
      { name: 'registry: product', status: 'ok', finding: can.product },
      can.catalog
        ? { name: 'registry: catalog', status: 'ok', finding: can.linkPagination ? 'in pages' : 'in one piece' }
        : noCatalog(settings.registry.repositories ?? []),
      refusal === undefined
        ? { name: 'registry: delete', status: 'ok', finding: can.deleteByTag ? 'by tag' : `by digest only: ${shared}` }
        : { name: 'registry: delete', status: 'fail', finding: refusal.why, hint: refusal.hint },
      {
        name: 'registry: referrers',
        status: 'ok',
        finding: can.referrersApi ? 'by API and by tag' : 'by tag only (no Referrers API)',
      },
    ];
  } catch (error) {
    return [failed('registry: abilities', error)];
  }
}

function noCatalog(named: readonly string[]): Check {
  if (named.length > 0)
    return {
      name: 'registry: catalog',
      status: 'ok',
      finding: `not asked: ${named.length} repositories are named in the settings`,
    };
  return {
    name: 'registry: catalog',
    status: 'fail',
    finding: 'it has none, or does not show it',
    hint: 'name the repositories in registry.repositories',
  };
}

async function clock({ terminal }: Session, registry: Registry): Promise<Check> {
  const skewMs = await registry.clockSkewMs(terminal.signal);
  const name = 'registry: clock';
  if (skewMs === undefined)
    return {
      name,
      status: 'warn',
      finding: 'it does not tell the time',
      hint: 'ages are taken by the clock of this machine',
    };
  const words = `${formatDuration(Math.abs(skewMs))} ${skewMs < 0 ? 'behind' : 'ahead of'} ours`;
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return { name, status: 'ok', finding: words };
  return { name, status: 'warn', finding: words, hint: 'set both clocks by NTP: ages are wrong by that much' };
}

async function lease(session: Session, registry: Registry): Promise<Check> {
  const name = 'lease: free';
  try {
    const keeper = await session.leases();
    const held = await keeper.acquire(
      leaseScope({ scope: { registry } }),
      `doctor by ${session.by}`,
      session.terminal.signal,
    );
    await held.release();
    return { name, status: 'ok', finding: 'no run is at work on this registry' };
  } catch (error) {
    if (error instanceof CodedError && error.code === 'LEASE_HELD')
      return { name, status: 'warn', finding: error.message };
    return failed(name, error);
  }
}

/** A check that ended with an error. */
export function failed(name: string, error: unknown): Check {
  const hint = error instanceof CodedError ? error.hint : undefined;
  return { name, status: 'fail', finding: messageOf(error), ...(hint === undefined ? {} : { hint }) };
}
