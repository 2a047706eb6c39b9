import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkSettings } from '../../src/config/check.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { objectsIn } from '../support/helm-template.ts';
import { generatedFolders } from './kustomize-folders.ts';

const text = (folder: string) => readFileSync(`deploy/kustomize/${folder}/objects.yaml`, 'utf8');

describe('deploy/kustomize', () => {
  test.each(generatedFolders)('%s has nothing of Helm in it, and only plans', (folder) => {
    expect(text(folder)).not.toMatch(/helm\.sh\/|: Helm\b|--confirm/);
  });

  test.each(generatedFolders)('%s has settings without a problem', (folder) => {
    const files = objectsIn(text(folder)).flatMap(({ data }) => Object.entries((data ?? {}) as Record<string, string>));
    // Examples are not whole: what only their users know is missing.
    const told = files
      .flatMap(([name, file]) => checkSettings(file, name).problems)
      .filter(({ message }) => !/there is no source of records/.test(message));

    expect(told.map(formatProblem)).toEqual([]);
  });

  test('lets pods of flows be as restricted as Kubernetes can make them, but those on nodes', () => {
    const levels = generatedFolders.flatMap((folder) =>
      objectsIn(text(folder))
        .filter(({ kind }) => kind === 'Namespace')
        .map(({ metadata }) => `${folder}: ${metadata.labels?.['pod-security.kubernetes.io/enforce']}`),
    );

    expect(levels).toEqual(['base: restricted', 'node-gc: privileged', 'node-fleet: privileged']);
  });
});
