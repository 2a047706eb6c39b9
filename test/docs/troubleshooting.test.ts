import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { damageKinds } from '../../src/graph/damage-kinds.ts';
import { reasons } from '../../src/policy/reason.ts';
import { atEnd } from '../support/at-end.ts';
import { ROOT } from '../support/markdown.ts';
import { notPrinted, type PrintedBlock, type PrintedWorld, printedBlocks } from '../support/printed-blocks.ts';
import { buildStore } from '../support/store-world/index.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { datedTag, orphanAndLoss, tagsOnly, writeObjects } from '../support/trouble-worlds.ts';

const PAGE = 'docs/troubleshooting.md';
const page = readFileSync(join(ROOT, PAGE), 'utf8');
const blocks = printedBlocks(PAGE);

/** Blocks for which servers are needed: test/integration/troubleshooting.test.ts. */
const withServers = [
  'seed-image',
  'images-https-to-http',
  'images-http-to-https',
  'images-wrong-authority',
  'missing-role',
  'not-read-only',
  'left-read-only',
];

/** Makes the world of a block in a folder. */
const worlds: Readonly<Record<string, (cwd: string) => Promise<PrintedWorld['names']> | undefined>> = {
  'dated-tag': (cwd) => void writeObjects(join(cwd, 'objects'), datedTag(Date.now())),
  'needed-by-tags': (cwd) => void buildStore(join(cwd, 'registry'), tagsOnly),
  orphans: (cwd) => void buildStore(join(cwd, 'registry'), orphanAndLoss),
  tune: (cwd) =>
    void writeFileSync(
      join(cwd, 'config.yaml'),
      'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nimageMinimumGCAge: 0s\n',
    ),
  'https-to-http': async () => ({ 'registry.example:5000': await plainServer() }),
  'no-authority-file': () => undefined,
  'restore-read-write': (cwd) => void buildStore(join(cwd, 'registry'), tagsOnly),
  'lost-layer': (cwd) => void buildStore(join(cwd, 'registry'), orphanAndLoss),
  'no-socket': () => undefined,
};

describe('the page on troubleshooting', () => {
  test('shows nothing as printed that no test runs', () => {
    expect([...blocks.keys()].sort()).toEqual([...Object.keys(worlds), ...withServers].sort());
  });

  test.each(Object.keys(worlds))('shows what is printed: %s', async (name) => {
    const cwd = makeTempFolder('trouble');
    const names = await worlds[name]?.(cwd);

    expect(await notPrinted(blocks.get(name) as PrintedBlock, { cwd, ...(names !== undefined && { names }) })).toBe(
      undefined,
    );
  });

  test('would not pass with a word that is not printed', async () => {
    const block = {
      name: 'x',
      args: ['node-gc', '--runtime', 'cri:///run/other/c.sock'],
      lines: ['…', 'hint: try harder'],
    };

    expect(await notPrinted(block, { cwd: makeTempFolder('trouble') })).toContain('hint: try harder');
  });
});

describe('what the page on troubleshooting names exists:', () => {
  test('codes of errors', () => {
    const listed = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');
    const named = [...page.matchAll(/\b((?:[A-Z]+_){1,5}[A-Z]+)\b/g)].map(([, code = '']) => code);
    const foreign = /^(?:REGISTRY_STORAGE_|ERR_|UND_ERR_)/;

    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((code) => !foreign.test(code) && !listed.includes(`\`${code}\``))).toEqual([]);
  });

  test('reasons', () => {
    const inTables = [...page.matchAll(/^.* (?:keep|delete) {2,}([a-z-]+) {2,}/gm)].map(([, code = '']) => code);
    const explained = [...page.matchAll(/^ {2}(?!because)([a-z-]+): /gm)].map(([, code = '']) => code);
    const inProse = [...page.matchAll(/`((?:[a-z]+-)+[a-z]+|held|referenced)`/g)].map(([, code = '']) => code);
    const others = new Set<string>(['hard-prune', ...Object.keys(damageKinds)]);

    expect(inProse.length).toBeGreaterThan(8);
    expect([...inTables, ...explained, ...inProse].filter((code) => !(code in reasons) && !others.has(code))).toEqual(
      [],
    );
  });

  test('flags', () => {
    const known = new Set(flagsOf(createProgram()));
    const foreign = new Set(['--type', '--token']);
    const named = [...page.matchAll(/(?<![\w-])(--[a-z][a-z-]+)/g)].map(([, flag = '']) => flag);

    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((flag) => !known.has(flag) && !foreign.has(flag))).toEqual([]);
  });
});

function flagsOf(command: Command): readonly string[] {
  return [...command.options.map(({ long }) => long ?? ''), ...command.commands.flatMap(flagsOf)];
}

/** A server that answers over plain HTTP. @returns its host, with the port */
async function plainServer(): Promise<string> {
  const server = createServer((_, response) => void response.writeHead(200).end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
