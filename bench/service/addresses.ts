import { digestOf, LARGE_RUN, repositoryOf, runOf, TARGET } from './model.ts';

/** What is asked for, with what a good answer has in it: a wrong one is no figure. */
export interface Address {
  readonly name: string;
  readonly path: string;
  readonly status: number;
  readonly has: string;
}

const target = encodeURIComponent(TARGET);
const image = 471;
const repository = repositoryOf(image);
const large = repositoryOf(0);
const run = runOf(7);
const imageKey = `${TARGET}/${repository}@${digestOf(image)}`;

export const pages: readonly Address[] = [
  page('overview', '/', 'Winnow'),
  page('registries', '/storage', TARGET),
  page('a registry: treemap, table, ages', `/storage/${target}`, 'treemap'),
  page('the same, by age, searched', `/storage/${target}?colour=age&text=service-1&sort=reclaimable`, 'service-1'),
  page('the largest repository', `/storage/${target}?repository=${encodeURIComponent(large)}`, large),
  page(
    'its tags, searched, page 3',
    `/storage/${target}?repository=${encodeURIComponent(large)}&text=build-1&page=3`,
    'build-1',
  ),
  page('an image', `/images/${target}/${repository}@${digestOf(image)}`, 'What it is'),
  page('an image by its tag', `/images/${target}?ref=${encodeURIComponent(`${repository}:1.0.${image}`)}`, '', 303),
  page('part of a name, in all tags', `/images/${target}?ref=build-471`, 'build-471'),
  page('what if: the form', `/storage/${target}/try`, 'textarea'),
  page('runs', '/runs', 'schedule-0'),
  page('a run', `/runs/${run.id}`, run.id),
  page('a plan of 100 actions', `/runs/${run.id}/plan`, 'delete-tag'),
  page('the large plan', `/runs/${LARGE_RUN}/plan`, 'delete-tag'),
  page('the large plan, searched', `/runs/${LARGE_RUN}/plan?text=1.0.471`, '1.0.471'),
  page('compared with the one before', `/runs/${run.id}/compare`, 'plan'),
  page('schedules', '/schedules', 'schedule-9'),
  page('audit', '/audit', 'anna'),
];

export const routes: readonly Address[] = [
  api('summary', '/summary', '{'),
  api('registries', '/registries', TARGET),
  api('repositories', `/registries/${target}/repositories`, large),
  api('tags', `/registries/${target}/tags`, 'exclusiveBytes'),
  api('tags, searched', `/registries/${target}/tags?text=build-471`, 'build-471'),
  api('an image', `/registries/${target}/images/${digestOf(image)}`, digestOf(image)),
  api('links to an image', `/registries/${target}/links?key=${encodeURIComponent(imageKey)}`, 'tag'),
  api('runs', '/runs', 'schedule-0'),
  api('a run', `/runs/${run.id}`, run.id),
  api('actions of the large plan', `/runs/${LARGE_RUN}/actions`, 'delete-tag'),
  api('sums of the large plan', `/runs/${LARGE_RUN}/sums`, 'freesBytes'),
  api('disks', '/disks', TARGET),
  { name: '/metrics', path: '/metrics', status: 200, has: 'winnow' },
  { name: '/readyz', path: '/readyz', status: 200, has: '' },
];

function page(name: string, path: string, has: string, status = 200): Address {
  return { name, path, has, status };
}

function api(name: string, path: string, has: string): Address {
  return { name: `API: ${name}`, path: `/api/v1${path}`, status: 200, has };
}
