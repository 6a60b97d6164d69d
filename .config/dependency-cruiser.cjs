/**
 * Who may import whom: arrows point down only.
 *
 *   main -> app -> { slack, jobs }                 each other never
 *                  { views, prisma-cloud, store }  each other never
 *                  scan -> image                   no package, no node: module
 *
 * `log`, `errors` and `readiness` are leaves that any folder but the pure ones may import, `http` and `proxy` serve those who speak HTTP.
 */
const folder = (name) => `^src/${name}/`;
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: '^src/', pathNot: [from, ...allowed] },
});
const leaves = ['^src/(log|errors|http|proxy|readiness)\\.ts$'];

module.exports = {
  forbidden: [
    only('image-imports-nothing', folder('image'), []),
    only('scan-imports-image', folder('scan'), [folder('image')]),
    only('views-import-scan', folder('views'), [folder('scan'), folder('image')]),
    only('prisma-cloud-imports-scan', folder('prisma-cloud'), [folder('scan'), folder('image'), ...leaves]),
    only('store-imports-scan', folder('store'), [folder('scan'), folder('image'), ...leaves]),
    only('slack-imports-views-and-store', folder('slack'), [
      folder('views'),
      folder('store'),
      folder('scan'),
      folder('image'),
      ...leaves,
    ]),
    only('jobs-import-prisma-cloud-and-store', folder('jobs'), [
      folder('prisma-cloud'),
      folder('store'),
      folder('scan'),
      folder('image'),
      ...leaves,
    ]),
    only('health-imports-the-store', folder('health'), [
      folder('store'),
      '^src/(front|version)\\.ts$',
      ...leaves,
    ]),
    only('leaves-import-leaves', leaves[0], leaves),
    {
      name: 'config-is-for-main-and-app',
      severity: 'error',
      from: {
        pathNot: [
          '^src/(main|app|consoles|doctor|config|backup|forget|migrate-to-postgres)\\.ts$',
          folder('doctor'),
          folder('demo'),
          '^test/',
        ],
      },
      to: { path: '^src/config(-values)?\\.ts$' },
    },
    {
      name: 'demo-is-for-main-and-tests',
      severity: 'error',
      from: { pathNot: ['^src/(main|cli)\\.ts$', folder('demo'), '^test/', '^bench/'] },
      to: { path: folder('demo') },
    },
    {
      name: 'pure-folders-need-nothing-from-outside',
      severity: 'error',
      from: { path: '^src/(image|scan)/' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'core'] },
    },
    {
      name: 'views-need-only-types-and-durations',
      severity: 'error',
      from: { path: folder('views') },
      to: { dependencyTypes: ['npm', 'core'], pathNot: ['@slack/types', 'pretty-ms'] },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'test/fixtures' },
  },
};
