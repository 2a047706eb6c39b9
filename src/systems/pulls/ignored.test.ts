import { describe, expect, test } from 'vitest';
import { ignoring, programsThatOnlyLook } from './ignored.ts';

const isIgnored = ignoring({ userAgents: programsThatOnlyLook, actors: [] });

describe('the programs that only look', () => {
  test.each([
    'trivy/0.50.1',
    'skopeo/1.13.3',
    'regclient/regsync (v0.5.0)',
    'winnow',
    'Renovate/37.1',
    'harbor-registry-client',
  ])('count %s', (userAgent) => {
    expect(isIgnored(userAgent, '')).toBe(true);
  });

  test.each([
    'containerd/1.7.2',
    'cri-o/1.28.1 go/go1.20.8 os/linux arch/amd64',
    'docker/24.0.7 go/go1.20.10 git-commit/311b9ff kernel/6.1.0 os/linux arch/amd64 UpstreamClient(Docker-Client/24.0.7 \\(linux\\))',
    'containers/5.29.0 (github.com/containers/image)',
    'regclient/regctl (v0.5.0)',
    'go-containerregistry/v0.17.0',
    'eclair-runtime/1',
    '',
  ])('do not count %j', (userAgent) => {
    expect(isIgnored(userAgent, '')).toBe(false);
  });
});
