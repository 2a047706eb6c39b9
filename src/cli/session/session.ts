import { homedir, hostname, userInfo } from 'node:os';
import { type LoadedSettings, loadSettings, requireRegistry } from '../../config/load.ts';
import type { Settings } from '../../config/settings.ts';
import type { Cluster } from '../../systems/cluster/contract.ts';
import { openCluster } from '../../systems/cluster/index.ts';
import type { Journal } from '../../systems/journal/contract.ts';
import { journals } from '../../systems/journal/index.ts';
import type { LeaseKeeper } from '../../systems/lease/contract.ts';
import { openLeases } from '../../systems/lease/index.ts';
import type { RecordSource } from '../../systems/records/contract.ts';
import { openRecords } from '../../systems/records/index.ts';
import type { Registry } from '../../systems/registry/contract.ts';
import { openRegistry } from '../../systems/registry/index.ts';
import type { State } from '../../systems/state/contract.ts';
import { states } from '../../systems/state/index.ts';
import { type Log, openLog } from '../log.ts';
import type { SettingsFlags } from '../options/settings.ts';
import type { Terminal } from '../terminal.ts';
import { clusterSurroundings } from './snapshot-access.ts';

/** A record source with what its settings say of it. */
export interface OpenRecords {
  readonly source: RecordSource;
  readonly name: string;
  /** What its number of rows is remembered by. */
  readonly countedAs: string;
  readonly maxDropShare: number;
}

/** The settings of one command, and the systems that they name: each is opened when it is first asked for, and closed at the end. */
export interface Session {
  readonly terminal: Terminal;
  readonly loaded: LoadedSettings;
  readonly settings: Settings;
  readonly log: Log;
  /** User, host and process: for journals and leases. */
  readonly by: string;
  readonly journal: Journal;
  registry(): Promise<Registry>;
  records(host: string): Promise<readonly OpenRecords[]>;
  /** Those of the settings, in their order. */
  clusters(): Promise<readonly Cluster[]>;
  leases(): Promise<LeaseKeeper>;
  state(): Promise<State>;
}

/** Reads the settings and runs a command with them; whatever it opened is closed, also when it throws. */
export async function withSession<T>(
  terminal: Terminal,
  flags: SettingsFlags,
  command: (session: Session) => Promise<T>,
): Promise<T> {
  const { env } = terminal;
  const loaded = await readSettings(terminal, flags);
  for (const warning of loaded.warnings) terminal.say(`${terminal.paint.yellow('warning:')} ${warning}`);
  const { settings } = loaded;
  const opened: { close(): Promise<void> }[] = [];
  const keep = async <Opened extends { close(): Promise<void> }>(
    opening: Promise<Opened> | Opened,
  ): Promise<Opened> => {
    const one = await opening;
    opened.push(one);
    return one;
  };
  const once = <Opened>(open: () => Promise<Opened>) => {
    let opening: Promise<Opened> | undefined;
    return () => (opening ??= open());
  };

  const session: Session = {
    terminal,
    loaded,
    settings,
    log: openLog(settings.log, terminal.nowMs, terminal.say),
    by: `${userName()}@${hostname()} (process ${process.pid})`,
    journal: journals.file(settings.stateDir),
    registry: once(() => keep(openRegistry({ ...requireRegistry(settings), env }, terminal.signal))),
    records: async (host) =>
      await Promise.all(
        settings.records.map(async ({ name, countedAs, maxDropShare, source }) => ({
          name,
          countedAs,
          maxDropShare,
          source: await keep(openRecords(source, { registryHost: host, name })),
        })),
      ),
    clusters: once(
      async () =>
        await Promise.all(
          settings.clusters.map(async ({ source }) => await keep(openCluster(source, clusterSurroundings(session)))),
        ),
    ),
    leases: once(() => keep(openLeases(settings.lease, settings.stateDir))),
    state: once(() => keep(states.libsql(settings.stateDir))),
  };
  try {
    return await command(session);
  } finally {
    for (const one of opened.reverse()) await one.close();
  }
}

export async function readSettings({ env, cwd }: Terminal, flags: SettingsFlags): Promise<LoadedSettings> {
  return await loadSettings({ flags, env, cwd, home: env['HOME'] ?? homedir() });
}

/** A user without a name (any number in a container) is his number. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? '?'}`;
  }
}
