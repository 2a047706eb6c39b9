import { describe, expect, test } from 'vitest';
import { markdownPages } from '../support/markdown.ts';

const pages = markdownPages().filter(({ path }) => path.startsWith('docs/migrating/'));
const textOf = (name: string) => pages.find(({ path }) => path.endsWith(`/${name}.md`))?.text ?? '';

/** What people have in their files today: they search the pages for it. */
const known: Readonly<Record<string, readonly string[]>> = {
  'from-opschain-reconciler': [
    'registryReconcile.enabled',
    'registryReconcile.schedule',
    'db.cnpg.clusterName',
    'rake release:reconcile_registry',
    'info:registry_reconcile:summary',
    'limepoint/opschain-runner-enterprise',
    'image-gc-high-threshold=70',
    'minimum-image-ttl-duration=10m',
    'discard_unpacked_layers',
  ],
  'from-oc-adm-prune-images': [
    '--keep-tag-revisions=5',
    '--keep-younger-than=96h',
    '--prune-over-size-limit',
    '--prune-registry',
    '--certificate-authority=/var/run/secrets/kubernetes.io/serviceaccount/service-ca.crt',
  ],
  'from-openshift-hard-prune': ['-prune=check', '-prune=delete', 'readOnly: true', 'Would delete 13374 blobs'],
  'from-trow-garbage-collector': ['POLL_INTERVAL', 'MIN_GC_BLOB_AGE', '86400', '3600'],
  'from-node-cronjob': ['crictl rmi --prune', 'ctr -n k8s.io content prune references', 'hostPID', 'node-maintenance'],
  'from-registry-garbage-collect': ['--delete-untagged', '--dry-run', 'config.yml', 'eligible for deletion'],
  'from-docker-image-prune': ['label=opschain=true', 'until=72h', 'opschain.change_id=abc123'],
  'from-eraser': ['ImageList', 'repeatInterval'],
};

describe('the pages for those who come from another tool', () => {
  test('are these', () => {
    expect(pages.map(({ path }) => path.replace(/^.*\/|\.md$/g, '')).sort()).toEqual(Object.keys(known).sort());
  });

  test.each(pages.map(({ path, text }) => [path, text] as const))(
    '%s: tells what is typed now, what differs, how to run both for a week, and the way back',
    (_, text) => {
      expect(text).toMatch(/^\|.*Winnow|^\| .*\| here \|$/m);
      expect(text).toMatch(/^## What is different/m);
      expect(text).toMatch(/^## A week side by side$/m);
      expect(text).toMatch(/^## Going back$/m);
      expect(text).toContain('winnow undo');
    },
  );

  test.each(Object.entries(known))('%s names what is in their files', (name, words) => {
    expect(words.filter((word) => !textOf(name).includes(word))).toEqual([]);
  });
});
