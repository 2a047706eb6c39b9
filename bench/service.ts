import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { runEndings } from '../test/support/at-end.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { requires } from '../test/support/requirements.ts';
import { makeTempFolder } from '../test/support/temp-folder.ts';
import { describeMachine, loadNow } from './measure/machine.ts';
import { mebibytes, type Section, seconds, sectionText } from './measure/section.ts';
import { type Address, pages, routes } from './service/addresses.ts';
import { type Answered, ask, askWhile } from './service/ask.ts';
import { type HistoryKind, readServiceOptions, type ServiceOptions, usage } from './service/options.ts';
import { type Served, serveFilled } from './service/served.ts';

/** Measures how quickly the service answers, with a large registry and many runs in its history. */
export async function run(args: readonly string[]): Promise<void> {
  const options = readServiceOptions(args);
  if (options === undefined) {
    process.stdout.write(usage);
    return;
  }
  const machine = describeMachine();
  const { cores, processor, memoryGiB, node, load } = machine;
  process.stdout.write(`${cores} cores (${processor}), ${memoryGiB} GiB, Node ${node}\n`);
  process.stdout.write(`load ${load} before anything was started\n\n`);
  const sections: Section[] = [];
  try {
    for (const kind of options.histories ?? installed()) {
      const section = await measure(kind, options);
      process.stdout.write(`${sectionText(section)}\n`);
      sections.push(section);
    }
  } finally {
    await runEndings();
  }
  mkdirSync(dirname(options.out), { recursive: true });
  writeFileSync(options.out, JSON.stringify({ machine, loadAfter: loadNow(), sections }, undefined, 2));
}

function installed(): readonly HistoryKind[] {
  return requires('postgres', 'initdb') ? ['embedded', 'postgres'] : ['embedded'];
}

interface Row {
  readonly name: string;
  readonly one: Answered;
  readonly eight: Answered;
  readonly whileSaving: (Answered & { readonly requests: number }) | undefined;
}

async function measure(kind: HistoryKind, options: ServiceOptions): Promise<Section> {
  const { images, plans, requests } = options;
  const history =
    kind === 'embedded'
      ? ({ kind, folder: makeTempFolder('bench-history') } as const)
      : ({ kind, url: (await startPostgres()).url } as const);
  const served = await serveFilled({ images, plans, history });
  try {
    const rows: Row[] = [];
    for (const address of [...pages, ...routes]) {
      const row = await measureOne(served, address, requests);
      rows.push(row);
      process.stderr.write(`${textOf(row).join('  ')}\n`); // minutes pass before the table
    }
    const { rssBytes, peakBytes } = await served.memory();
    const savedMs = await served.save();
    return {
      title: `The service, ${kind === 'embedded' ? 'embedded database' : 'PostgreSQL'}: ${images} images, ${2 * images} tags, ${plans} plans, a plan of ${images} actions`,
      columns: ['asked for', 'answer', 'median', '95 %', '8 at a time', '95 %', 'while saving', '95 %'],
      rows: rows.map(textOf),
      notes: [
        `filled in ${seconds(served.fillMs)}; a plan of ${images} actions is saved in ${seconds(savedMs)} with nobody asking`,
        `memory after all requests ${mebibytes(rssBytes)}, at most ${mebibytes(peakBytes)} (filling included)`,
        `load ${loadNow()} at the end`,
      ],
      data: { kind, rows, fillMs: served.fillMs, savedMs, rssBytes, peakBytes },
    };
  } finally {
    await served.end();
  }
}

/** The page of a registry, which costs most, is asked for while a large plan is saved, too. */
const alsoWhileSaving: ReadonlySet<string> = new Set(pages.slice(2, 3).map(({ path }) => path));

async function measureOne(served: Served, address: Address, requests: number): Promise<Row> {
  const { name, path } = address;
  return {
    name,
    one: await ask(served.url, address, requests, 1),
    eight: await ask(served.url, address, requests, 8),
    whileSaving: alsoWhileSaving.has(path) ? await askWhile(served.url, address, requests, served.save()) : undefined,
  };
}

function textOf({ name, one, eight, whileSaving }: Row): readonly string[] {
  const times = (answered: Answered | undefined) =>
    answered === undefined ? ['', ''] : [milliseconds(answered.medianMs), milliseconds(answered.p95Ms)];
  return [name, `${(one.bytes / 1024).toFixed(0)} KiB`, ...times(one), ...times(eight), ...times(whileSaving)];
}

function milliseconds(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}
