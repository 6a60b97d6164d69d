/** Converts web pages of registries to the image that they show. */

import { parseReference } from '../../image/reference.ts';

/** URL without scheme → an image's name, with tag or digest if the page has one; otherwise null. */
export function imageOfPage(address: string): string | null {
  const [path = '', search = ''] = address.split('#', 1).join('').split('?', 2);
  const [host = '', ...parts] = path
    .split('/')
    .filter((part) => part !== '')
    .map(decode);
  const page = PAGES.find(({ of }) => of.test(host.toLowerCase()));
  const name = page?.read({ host: host.toLowerCase(), parts, query: new URLSearchParams(search) }) ?? null;
  return name !== null && parseReference(name).kind === 'reference' ? name : null;
}

interface Page {
  readonly host: string;
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
}

type Read = (page: Page) => string | null;

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const PAGES: readonly { readonly of: RegExp; readonly read: Read }[] = [
  { of: /^(?:www\.)?hub\.docker\.com$/, read: readHub },
  { of: /^quay\.io$/, read: readQuay },
  { of: /^(?:www\.)?github\.com$/, read: readGithub },
  { of: /^gallery\.ecr\.aws$/, read: ({ parts: [alias, ...name] }) => joined('public.ecr.aws', alias, name) },
  { of: /^(?:[\w-]+\.)?console\.aws\.amazon\.com$/, read: readAws },
  { of: /^console\.cloud\.google\.com$/, read: readGoogle },
  { of: /^mcr\.microsoft\.com$/, read: readMicrosoft },
  { of: /^images\.chainguard\.dev$/, read: readChainguard },
];

function joined(host: string, first: string | undefined, rest: readonly string[]): string | null {
  return first === undefined || rest.length === 0 ? null : [host, first, ...rest].join('/');
}

function tagged(name: string, tag: string | null | undefined): string {
  return tag === null || tag === undefined || tag === '' ? name : `${name}:${tag}`;
}

/** `/_/alpine`, `/r/acme/api/tags`, `/layers/library/alpine/3.16/images/…`, `/repository/docker/acme/api`. */
function readHub({ parts: [kind, ...rest], query }: Page): string | null {
  const [owner = '', name = '', tag] = rest;
  if (kind === '_' && owner !== '') return tagged(owner, query.get('name'));
  if (kind === 'r' && name !== '') return tagged(`${owner}/${name}`, query.get('name'));
  if (kind === 'layers' && name !== '') return tagged(`${owner}/${name}`, tag);
  const isOwn = kind === 'repository' && owner === 'docker' && tag !== undefined;
  return isOwn ? `${name}/${tag}` : null;
}

/** `/repository/prometheus/node-exporter?tab=tags&tag=v1.8`, also with the tag after a colon. */
function readQuay({ parts: [kind, owner, name, below, digest], query }: Page): string | null {
  if (kind !== 'repository' || owner === undefined || name === undefined) return null;
  if (below === 'manifest' && digest !== undefined) return `quay.io/${owner}/${name}@${digest}`;
  return tagged(`quay.io/${owner}/${name}`, below === 'tag' ? digest : query.get('tag'));
}

/** `/acme/web/pkgs/container/api/123?tag=1.4`, `/orgs/acme/packages/container/package/api`. */
function readGithub({ parts, query }: Page): string | null {
  const [first = '', second = '', third, fourth, fifth, sixth] = parts;
  const isOfOwner = ['orgs', 'users'].includes(first) && third === 'packages' && fourth === 'container';
  const owner = isOfOwner ? second : first;
  const name = isOfOwner
    ? fifth === 'package'
      ? sixth
      : fifth
    : third === 'pkgs' && fourth === 'container'
      ? fifth
      : undefined;
  return name === undefined ? null : tagged(`ghcr.io/${owner}/${name}`.toLowerCase(), query.get('tag'));
}

/** `/ecr/repositories/private/123456789012/acme/api?region=eu-west-1`; `_` is followed by pages of one image. */
function readAws({ host, parts: [service, kind, access, account, ...rest], query }: Page): string | null {
  // The host names it where the query does not: `eu-west-1.console.aws.amazon.com`.
  const region = query.get('region') ?? /^([a-z]{2}(?:-[a-z]+)+-\d)\./.exec(host)?.[1];
  if (
    service !== 'ecr' ||
    kind !== 'repositories' ||
    access !== 'private' ||
    account === undefined ||
    !region
  )
    return null;
  const end = rest.indexOf('_');
  const name = end === -1 ? rest : rest.slice(0, end);
  const digest = rest.find((part) => part.startsWith('sha256:'));
  const image = joined(
    `${account}.dkr.ecr.${region}.amazonaws.com`,
    name[0],
    name.length > 1 ? name.slice(1) : [],
  );
  const whole =
    image ?? (name[0] === undefined ? null : `${account}.dkr.ecr.${region}.amazonaws.com/${name[0]}`);
  return whole === null || digest === undefined ? whole : `${whole}@${digest}`;
}

const GCR_HOSTS: Readonly<Record<string, string>> = {
  global: 'gcr.io',
  us: 'us.gcr.io',
  eu: 'eu.gcr.io',
  asia: 'asia.gcr.io',
};

/** `/gcr/images/PROJECT/global/NAME`, `/artifacts/docker/PROJECT/LOCATION/REPOSITORY/IMAGE/sha256:…`. */
function readGoogle({ parts: [service, kind, project = '', location = '', ...rest] }: Page): string | null {
  const [name = '', ...below] = rest.filter((part) => !part.startsWith('sha256:'));
  const digest = rest.find((part) => part.startsWith('sha256:'));
  const conversation =
    service === 'gcr' && kind === 'images' ? GCR_HOSTS[location] : toArtifacts(service, kind, location);
  if (conversation === undefined || name === '') return null;
  const image = [conversation, project, name, ...below].join('/');
  return digest === undefined ? image : `${image}@${digest}`;
}

function toArtifacts(service = '', kind = '', location = ''): string | undefined {
  return service === 'artifacts' && kind === 'docker' ? `${location}-docker.pkg.dev` : undefined;
}

/** `/en-us/artifact/mar/dotnet/sdk/tags`. */
function readMicrosoft({ parts }: Page): string | null {
  const start = parts.indexOf('mar');
  if (start === -1 || parts[start - 1] !== 'artifact') return null;
  const end = parts.findIndex((part) => ['about', 'tags'].includes(part));
  const name = parts.slice(start + 1, end === -1 ? undefined : end);
  return name.length === 0 ? null : `mcr.microsoft.com/${name.join('/')}`;
}

/** `/directory/image/nginx/versions`. */
function readChainguard({ parts: [directory, kind, name] }: Page): string | null {
  return directory === 'directory' && kind === 'image' && name !== undefined
    ? `cgr.dev/chainguard/${name}`
    : null;
}
