import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './markdown.ts';
import { runCli } from './run-cli.ts';

/** A block of a page that shows what a command prints: `<!-- printed: NAME -->`, then a fence that begins with `$ winnow …`. */
export interface PrintedBlock {
  readonly name: string;
  /** Words behind `winnow`. */
  readonly args: readonly string[];
  /** What stands below; a line `…` stands for any number of lines, `…` within one for any text. */
  readonly lines: readonly string[];
}

/** All of them on a page. @param path - from the project's folder */
export function printedBlocks(path: string): ReadonlyMap<string, PrintedBlock> {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const blocks = [...text.matchAll(/<!-- printed: ([a-z-]+) -->\n```text\n\$ winnow (.*)\n([\s\S]*?)\n```/g)];
  const markers = text.match(/<!-- printed:/g)?.length ?? 0;
  if (markers !== blocks.length) throw new Error(`${path}: ${markers} blocks are marked, ${blocks.length} are whole`);
  return new Map(
    blocks.map(([, name = '', command = '', printed = '']) => [
      name,
      { name, args: command.split(' ').map((word) => word.replace(/'/g, '')), lines: printed.split('\n') },
    ]),
  );
}

/** Where a block's command is run, and what its made-up names are here. */
export interface PrintedWorld {
  readonly cwd: string;
  /** `registry.example:5000` → `127.0.0.1:41234` */
  readonly names?: Readonly<Record<string, string>>;
}

/**
 * Runs a block's command.
 *
 * @returns the first line of the block that was not printed, with what was; undefined: all were, in this order
 */
export async function notPrinted(block: PrintedBlock, { cwd, names = {} }: PrintedWorld): Promise<string | undefined> {
  const real = (word: string) => Object.entries(names).reduce((text, [name, here]) => text.replace(name, here), word);
  const { stdout, stderr, code } = await runCli(block.args.map(real), { cwd });
  const shown = (text: string) =>
    Object.entries(names)
      .reduce((all, [name, here]) => all.replaceAll(here, name), text)
      .replace(/ +/g, ' ');
  const printed = shown(`${stdout}${stderr}`).split('\n');
  const missing = firstMissing(block.lines.map(shown), printed);
  return missing === undefined
    ? undefined
    : `${missing}\n  is not what was printed (exit code ${code}):\n${printed.join('\n')}`;
}

/** Lines follow each other as they stand there, but where a line `…` allows others between, or before the first. */
function firstMissing(lines: readonly string[], printed: readonly string[]): string | undefined {
  let at = 0;
  let mayLeap = false;
  for (const line of lines) {
    if (line === '…') {
      mayLeap = true;
      continue;
    }
    const pattern = new RegExp(`^${line.split('…').map(escaped).join('.*')}$`);
    const found = mayLeap ? printed.findIndex((one, index) => index >= at && pattern.test(one)) : at;
    if (found < 0 || !pattern.test(printed[found] ?? '\0')) return line;
    at = found + 1;
    mayLeap = false;
  }
  return undefined;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
