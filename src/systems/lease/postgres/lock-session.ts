import { createHash } from 'node:crypto';
import postgres from 'postgres';
import { CodedError, messageOf } from '../../../util/pure/coded-error.ts';
import type { LeaseErrorCode } from '../errors.ts';
import type { Holder } from '../refusals.ts';

/** A connection that is there for one advisory lock. Every question fails with the driver's error when it is gone. */
export interface LockSession {
  /** Host and port of the database, for messages. */
  readonly place: string;
  /** Says who we are, and how soon the server is to notice that we are gone. Comes first. */
  introduce(): Promise<void>;
  tryLock(): Promise<boolean>;
  /** Who has the lock. Undefined: nobody, now. */
  holder(): Promise<Holder | undefined>;
  /** Whether this very session has the lock still. */
  isLocked(): Promise<boolean>;
  /** Gives the lock back. When that fails, the end of the session does it. */
  unlock(): Promise<void>;
  end(timeoutSeconds: number): Promise<void>;
}

const NAME_PREFIX = 'winnow: ';
/** What the server keeps of an application's name. @see https://www.postgresql.org/docs/15/runtime-config-logging.html#GUC-APPLICATION-NAME */
const NAME_BYTES = 63;

/** @param onClose - told when an open connection is gone, for whatever reason */
export function openLockSession(
  asked: { readonly url: string; readonly scope: string; readonly holder: string; readonly ttlMs: number },
  onClose: () => void,
): LockSession {
  const sql = connect(asked, onClose);
  const key = lockKey(asked.scope);
  // a lock by one number stands in pg_locks as two halves of it, with objsubid 1
  const ofKey = () => sql`locktype = 'advisory' and objsubid = 1 and granted
    and database = (select oid from pg_database where datname = current_database())
    and ((classid::bigint << 32) | objid::bigint) = ${key}::bigint`;
  let backend = 0;

  return {
    place: `${sql.options.host.join(',')}:${sql.options.port.join(',')}`,
    async introduce() {
      const settings = Object.entries(sessionSettings(asked.holder, asked.ttlMs)).map(([name, value]) => ({
        name,
        value,
      }));
      // by way of pg_settings, so that a server that does not know one of them does not mind
      await sql`select set_config(name, wanted.value, false)
        from json_to_recordset(${JSON.stringify(settings)}::text::json) as wanted(name text, value text)
        join pg_settings known using (name)`;
    },
    async tryLock() {
      const [row] = await sql`select pg_try_advisory_lock(${key}::bigint) as locked, pg_backend_pid() as backend`;
      backend = Number(row?.['backend']);
      return row?.['locked'] === true;
    },
    async holder() {
      const [row] = await sql`select lock.pid, application_name, backend_start
        from (select pid from pg_locks where ${ofKey()}) as lock left join pg_stat_activity using (pid)`;
      return row === undefined ? undefined : holderOf(row);
    },
    async isLocked() {
      const [row] = await sql`select pg_backend_pid() = ${backend}
        and exists (select from pg_locks where pid = pg_backend_pid() and ${ofKey()}) as locked`;
      return row?.['locked'] === true;
    },
    async unlock() {
      await sql`select pg_advisory_unlock(${key}::bigint)`.catch((failure: unknown) => {
        if (!isOfDriver(failure)) throw failure;
      });
    },
    end: (timeoutSeconds) => sql.end({ timeout: timeoutSeconds }),
  };
}

function connect(asked: { readonly url: string; readonly ttlMs: number }, onClose: () => void): postgres.Sql {
  try {
    return postgres(asked.url, {
      max: 1,
      max_lifetime: null, // the default ends connections after half an hour or so, and the lock with it
      idle_timeout: 0,
      connect_timeout: 15,
      keep_alive: seconds(asked.ttlMs / 3),
      prepare: false,
      fetch_types: false,
      onnotice: () => {},
      onclose: onClose,
      connection: { application_name: NAME_PREFIX.trim() },
    });
  } catch (failure) {
    if (!(failure instanceof TypeError) || !('code' in failure) || failure.code !== 'ERR_INVALID_URL') throw failure;
    throw new CodedError<LeaseErrorCode>(
      'LEASE_UNAVAILABLE',
      'reading the URL of the database that keeps the leases: it is not one',
      {
        // no cause: the one that there is holds the whole URL
        hint: 'Write it as postgres://user:password@host:5432/database, with special characters in the password percent-encoded.',
      },
    );
  }
}

function sessionSettings(holder: string, ttlMs: number): Readonly<Record<string, string>> {
  const printable = holder.replace(/[^\x20-\x7e]/g, '?');
  return {
    application_name: `${NAME_PREFIX}${printable}`.slice(0, NAME_BYTES),
    // a client that vanishes without a word (power, network) is noticed within the ttl, not after the usual two hours
    tcp_keepalives_idle: String(seconds(ttlMs / 3)),
    tcp_keepalives_interval: String(seconds(ttlMs / 9)),
    tcp_keepalives_count: '3',
    tcp_user_timeout: String(Math.ceil(ttlMs)),
    statement_timeout: String(Math.ceil(ttlMs)),
    idle_session_timeout: '0',
  };
}

function seconds(ms: number): number {
  return Math.max(1, Math.round(ms / 1000));
}

/** The name of a scope among a database's advisory locks: 64 bits of a hash, so that nobody else's locks are met by accident. */
export function lockKey(scope: string): string {
  return createHash('sha256').update(`winnow lease\0${scope}`).digest().readBigInt64BE().toString();
}

function holderOf(row: postgres.Row): Holder {
  const name: unknown = row['application_name'];
  const since: unknown = row['backend_start'];
  const told =
    typeof name === 'string' && name !== '' ? name.replace(NAME_PREFIX, '') : 'somebody who is hidden from us';
  return {
    holder: `${told} (server process ${row['pid']})`,
    sinceMs: since instanceof Date ? since.getTime() : undefined,
  };
}

/** LEASE_UNAVAILABLE for whatever the server, the driver or the network say; our own errors stay what they are. */
export function unavailable(doing: string, place: string, thrown: unknown): unknown {
  if (thrown instanceof CodedError || !isOfDriver(thrown)) return thrown;
  const said = messageOf(thrown) || thrown.code; // a refused connection to several addresses has no message
  return new CodedError<LeaseErrorCode>('LEASE_UNAVAILABLE', `${doing} in the database at ${place}: ${said}`, {
    hint: 'Check that the database answers there, and that the user and password of its URL are right.',
    cause: thrown,
  });
}

function isOfDriver(thrown: unknown): thrown is Error & { readonly code: string } {
  return (
    thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' && !(thrown instanceof CodedError)
  );
}
