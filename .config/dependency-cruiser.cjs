/**
 * Who may import whom: arrows point down only.
 *
 *   cli -> main -> app -> { slack, jobs, api }            each other never
 *                         { views, prisma-cloud, store }  each other never
 *                         scan -> image                   no package, no node: module
 *
 * Inside a folder its rooms are layers, see LAYERS: a lower one never imports a higher one.
 *
 * `async`, `log`, `failure-log`, `loop`, `errors`, `secrets` and `readiness` are leaves that any folder but the pure ones may import, `http` and `proxy` serve those who speak HTTP.
 */
const folder = (name) => `^src/${name}/`;
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: '^src/', pathNot: [from, ...allowed] },
});
const leaves = ['^src/(async|log|failure-log|loop|errors|http|proxy|readiness|root|secrets)\\.ts$'];

/** From the highest to the lowest. */
const LAYERS = {
  slack: [
    '^src/slack/app\\.ts$',
    folder('slack/incoming'),
    folder('slack/commands'),
    folder('slack/outgoing'),
    '^src/slack/(context|access/inside)\\.ts$',
    '^src/slack/(transport/|access/(?!inside))',
    folder('slack/web-api'),
  ],
  'prisma-cloud': ['^src/prisma-cloud/client\\.ts$', folder('prisma-cloud/api'), folder('prisma-cloud/http')],
  views: [
    '^src/views/(home|doctor|pipeline)\\.ts$',
    folder('views/messages'),
    '^src/views/(replies|settings)/',
    folder('views/parts'),
    folder('views/kit'),
  ],
  scan: ['^src/scan/plan\\.ts$', folder('scan/state'), folder('scan/results')],
};
const downwards = Object.entries(LAYERS).flatMap(([name, layers]) =>
  layers.slice(1).map((layer, above) => ({
    name: `${name}-points-down`,
    severity: 'error',
    from: { path: layer },
    to: { path: layers.slice(0, above + 1) },
  })),
);

module.exports = {
  forbidden: [
    ...downwards,
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
    only('api-imports-views-and-store', folder('api'), [
      folder('views'),
      folder('store'),
      folder('scan'),
      folder('image'),
      ...leaves,
    ]),
    only('health-imports-the-store', folder('health'), [folder('store'), ...leaves]),
    only('leaves-import-leaves', leaves[0], leaves),
    {
      name: 'config-is-for-main-and-app',
      severity: 'error',
      from: {
        pathNot: ['^src/main\\.ts$', '^src/(app|cli|config)/', folder('doctor'), folder('demo'), '^test/'],
      },
      to: { path: folder('config') },
    },
    {
      name: 'demo-is-for-main-and-tests',
      severity: 'error',
      from: { pathNot: ['^src/cli/cli\\.ts$', folder('demo'), '^test/', '^bench/'] },
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
