import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { faultsOf } from '../chart/kubernetes-fields.ts';
import { generatedFolders } from '../chart/kustomize-folders.ts';
import { type KubeObject, objectsIn } from '../support/helm-template.ts';
import { ROOT } from '../support/markdown.ts';
import { describeWhereHad, programPath, requires } from '../support/requirements.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const FOLDER = join(ROOT, 'deploy/kustomize');
const IMAGE = 'registry.example:5000/tools/winnow';

/** What `kubectl` of long ago has in it knows no components. */
function whyNot(): string | undefined {
  if (!requires('kubectl')) return 'kubectl is not installed (Debian: apt-get install kubernetes-client)';
  const told = execFileSync(programPath('kubectl'), ['version', '--client'], { encoding: 'utf8', stdio: 'pipe' });
  return /Kustomize Version: v([4-9]|\d\d)\./.test(told) ? undefined : 'the kustomize of this kubectl is older than 4';
}

/** What an overlay makes of our folders. */
function built(overlay: object, files: Readonly<Record<string, string>> = {}): readonly KubeObject[] {
  const folder = join(makeTempFolder('kustomize'), 'kustomize');
  cpSync(FOLDER, folder, { recursive: true });
  const own = join(folder, 'overlay');
  mkdirSync(own);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(own, name), text);
  writeFileSync(
    join(own, 'kustomization.yaml'),
    stringify({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', ...overlay }),
  );
  return objectsIn(execFileSync(programPath('kubectl'), ['kustomize', own], { encoding: 'utf8' }));
}

const jobs = (objects: readonly KubeObject[]) =>
  objects.flatMap(({ kind, metadata, spec }) => {
    const { template } = ((spec as { jobTemplate?: { spec: Template } })?.jobTemplate?.spec ?? spec ?? {}) as Template;
    return template === undefined ? [] : [{ kind, name: metadata.name, container: template.spec.containers[0] }];
  });

interface Template {
  readonly template?: {
    readonly spec: {
      readonly containers: readonly [
        {
          readonly image: string;
          readonly args: readonly string[];
          readonly volumeMounts: readonly { readonly name: string; readonly readOnly?: boolean }[];
        },
      ];
    };
  };
}

describeWhereHad('kubectl kustomize, on deploy/kustomize', whyNot(), () => {
  test.each(generatedFolders)('%s is a whole of its own, of fields that Kubernetes has', (name) => {
    const objects = built({ resources: [`../${name}`] });

    expect(objects.length).toBeGreaterThan(1);
    expect(objects.flatMap(faultsOf)).toEqual([]);
  });

  test('is put together by an overlay, which says what the image is, and where', () => {
    const resources = ['base', 'reconcile', 'prune', 'prune-images', 'hard-prune', 'snapshot', 'service'];
    const objects = built({
      namespace: 'tools',
      resources: resources.map((name) => `../${name}`),
      images: [{ name: 'winnow', newName: IMAGE, newTag: '1.2.3' }],
    });
    const ofRoles = objects.filter(({ kind }) => kind.endsWith('RoleBinding'));

    expect(jobs(objects).map(({ container }) => container.image)).toEqual(Array(6).fill(`${IMAGE}:1.2.3`));
    expect(jobs(objects).filter(({ container }) => container.args.includes('--confirm'))).toEqual([]);
    expect(ofRoles.length).toBeGreaterThan(2);
    expect(JSON.stringify(ofRoles)).not.toContain('"namespace":"winnow"');
  });

  test('takes settings of one’s own in place of those that are there', () => {
    const objects = built(
      {
        resources: ['../reconcile'],
        configMapGenerator: [
          { name: 'winnow-reconcile', namespace: 'winnow', behavior: 'replace', files: ['winnow.yaml'] },
        ],
      },
      { 'winnow.yaml': 'registry:\n  url: mine.example:5000\n' },
    );
    const { data } = objects.find(({ kind }) => kind === 'ConfigMap') as unknown as {
      readonly data: Record<string, string>;
    };

    expect(parse(data['winnow.yaml'] ?? '')).toEqual({ registry: { url: 'mine.example:5000' } });
  });

  test('deletes by one word for all: components/confirm', () => {
    const flows = ['reconcile', 'prune', 'prune-images', 'hard-prune', 'snapshot', 'node-gc'];
    const objects = built({ resources: flows.map((name) => `../${name}`), components: ['../components/confirm'] });
    const confirmed = jobs(objects).filter(({ container }) => container.args.at(-1) === '--confirm');
    const hardPrune = jobs(objects).find(({ name }) => name === 'winnow-hard-prune');
    const isReadOnly = (all: typeof objects) =>
      jobs(all)
        .find(({ name }) => name === 'winnow-hard-prune')
        ?.container.volumeMounts.find(({ name }) => name === 'registry')?.readOnly;

    expect(confirmed.map(({ name }) => name).sort()).toEqual([
      ...['winnow-hard-prune', 'winnow-node-gc', 'winnow-prune', 'winnow-prune-images', 'winnow-reconcile'],
    ]);
    expect(hardPrune?.container.volumeMounts.length).toBe(4);
    expect(isReadOnly(objects)).toBe(false);
    expect(isReadOnly(built({ resources: ['../hard-prune'] }))).toBe(true);
  });

  test('has no folder that nobody generates', () => {
    expect(
      readdirSync(FOLDER)
        .filter((name) => name !== 'components')
        .sort(),
    ).toEqual([...generatedFolders].sort());
  });
});
