/** Tells hosts of registries from images by their names alone. Names are in lower case. */

const KNOWN_HOST =
  /^(?:[\w-]+\.){0,5}(?:(?:ghcr|quay|gcr|docker|icr|nvcr|lscr|ocir|azurecr)\.io|pkg\.dev|cgr\.dev|public\.ecr\.aws|mcr\.microsoft\.com|docker\.elastic\.co|dkr\.ecr\.[\w-]+\.amazonaws\.com(?:\.cn)?)$/;
const REGISTRY_HOST = /^(?!registry\.(?:npmjs|yarnpkg|terraform)\.)(?:[a-z\d-]+-)?registry[.:]/;

/** For a name without tag and digest. */
export function isKnownRegistry(name: string): boolean {
  const [host = '', path] = name.split('/', 2);
  if (path === undefined) return false;
  return REGISTRY_HOST.test(host) || KNOWN_HOST.test(host.split(':', 1)[0] ?? '');
}

const HOST = /^[a-z\d](?:[a-z\d-]{0,62}\.){1,8}[a-z][a-z\d-]{1,62}$/;
const TOP_LEVEL = /\.(?:com|org|net|edu|gov|io|local|internal|lan|corp|intranet|localdomain)$/;
/** Images are called `web.app` and `acme.dev` too. */
const TOP_LEVEL_OF_THREE =
  /\..*\.(?:dev|cloud|app|tech|tools|systems|software|services|network|tv|me|sh|ai|co|biz|info|home|private|test|example|invalid|cn|de|fr|es|pt|br|uk|eu|ch|at|nl|be|it|pl|se|no|dk|fi|us|ca|au|nz|jp|in|ie|cz|mx|ar)$/;
const PORT = /^(?:80|443|\d{4,5})$/;

/** A host without an image, perhaps with a port: `ghcr.io`, `nexus.acme.com:8083`. `node:5000` may be an image. */
export function isHostAlone(text: string): boolean {
  const [, host = '', port] = /^([^\s/:@]{1,255})(?::(\d{1,5}))?\/?$/.exec(text) ?? [];
  if (port !== undefined && !PORT.test(port)) return false;
  if (host === 'localhost') return true;
  const patterns = [REGISTRY_HOST, KNOWN_HOST, TOP_LEVEL, TOP_LEVEL_OF_THREE];
  return HOST.test(host) && patterns.some((pattern) => pattern.test(host));
}

/** `reg:5000`, which is a host where the registry is named beside it. */
export function hasPort(text: string): boolean {
  const [, port = ''] = /^[a-z\d][a-z\d.-]*:(\d+)$/.exec(text) ?? [];
  return PORT.test(port);
}
