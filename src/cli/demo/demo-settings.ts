/** The settings file of the demo. @param url - of its registry */
export function settingsText(url: string): string {
  return `# Settings of the demo: yours would look much like it.
cluster: demo
registry:
  url: ${url}
stateDir: ./state
records:
  - from: sqlite
    name: changes
    path: ./changes.db
    query: SELECT id, repository, tag, status FROM changes
    active: [pending, running, waiting]
    inactive: [success, error, cancelled]
reconcile:
  classes:
    - {name: steps, kind: transient, repositories: ['opschain/*']}
    - {name: agents, kind: retained, repositories: ['agents/*'], keepYoungerThan: 30d, keepNewest: 3}
    - {name: seeds, kind: protected, repositories: ['limepoint/*']}
`;
}

/** What the service needs besides. @param port - where it answers, on loopback */
export function serviceSettingsText(url: string, port: number): string {
  return `${settingsText(url)}store:
  address: distribution-fs:./registry
clusters: ['manifests:./cluster']
prune:
  # The registry was made a moment ago, and to Winnow all of it is new. Yours would keep the 24h that count without this line.
  minAge: 0s
  policies:
    - {name: everything, repositories: ['**'], keepYoungerThan: {age: 30d, by: created}, keepNewest: {count: 3, by: created}}
serve:
  listen: 127.0.0.1:${port}
  schedules:
    - {name: changes, flow: reconcile, cron: '0 3 * * *', mode: approve}
    - {name: unused-images, flow: prune, cron: '30 3 * * SUN', mode: approve}
    - {name: storage, flow: hard-prune, cron: '0 5 * * *', mode: plan}
  access:
    tokens: [{name: you, role: admin, tokenFile: ./token}]
`;
}
