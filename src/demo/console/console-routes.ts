/**
 * Responses of the simulated Console to complete requests: pure, except that reading an on-demand scan consumes its
 * end. Paths are those below `/api/<version>`.
 */

import type { ImageReference } from '../../image/reference.ts';
import type { ConsoleAccess } from './console-access.ts';
import { jsonReply } from './console-faults.ts';
import type { ConsoleReply } from './console-faults.ts';
import type { ImageScript, RegularScript } from './scan-script.ts';
import { defendersSummary, registrySettings, registryStatus, resultRows } from './simulated-results.ts';
import type { SimulatedScans } from './simulated-scans.ts';

interface ConsoleRequest {
  readonly method: string;
  readonly route: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface ConsoleParts {
  readonly access: ConsoleAccess;
  readonly scans: SimulatedScans;
  readonly scriptFor: (reference: ImageReference) => ImageScript;
  readonly regularScript: RegularScript;
  readonly version: string;
  readonly connectedDefenders: () => number;
  /** Response without a scan: Consoles differ. */
  readonly nothing: readonly [] | null;
  readonly projects: readonly string[];
}

type Route = (parts: ConsoleParts, request: ConsoleRequest) => ConsoleReply;

/** They need no credentials, and do not count against the limit. */
const OPEN_ROUTES: Readonly<Record<string, Route>> = {
  'GET /_ping': () => ({ status: 200, body: 'OK', contentType: 'text/plain' }),
  'POST /authenticate': authenticate,
};

const READ_ROUTES: Readonly<Record<string, Route>> = {
  'GET /version': ({ version }) => jsonReply(version),
  'GET /current/projects': ({ projects }) => jsonReply(projects),
  'GET /registry/progress': respondProgress,
  'GET /registry': ({ scans }, { query }) => jsonReply(resultRows(scans.finished(), query)),
  'GET /statuses/registry': ({ scans }) => jsonReply(registryStatus(scans)),
  'GET /settings/registry': readSettings,
  'GET /defenders/summary': ({ connectedDefenders }) => jsonReply(defendersSummary(connectedDefenders())),
};

const WRITE_ROUTES: Readonly<Record<string, Route>> = {
  'POST /registry/scan': startScan,
  'POST /registry/stop': ({ scans }) => {
    scans.stopRegular();
    return DONE;
  },
};

const DONE: ConsoleReply = { status: 200, body: '', contentType: 'text/plain' };

export function handleRequest(parts: ConsoleParts, request: ConsoleRequest): ConsoleReply {
  const name = `${request.method} ${request.route}`;
  const open = OPEN_ROUTES[name];
  if (open) return open(parts, request);
  if (!parts.access.isWithinLimit()) return errorReply(429, 'too many requests');
  const user = parts.access.userOf(request.authorization);
  if (!user) return errorReply(401, 'unauthorized');
  const read = READ_ROUTES[name];
  if (read) return read(parts, request);
  const write = WRITE_ROUTES[name];
  if (!write) return errorReply(404, 'page not found');
  return user.mayWrite ? write(parts, request) : errorReply(403, 'permission denied');
}

/** Target of the bot's links: the web page, which a real Console has everywhere except below `/api`. */
export function webPage(): ConsoleReply {
  const body =
    '<!doctype html><title>Simulated Console</title><p>This is the simulated Prisma Cloud Console of the demo. ' +
    'A real one shows the results of the image here.';
  return { status: 200, body, contentType: 'text/html; charset=utf-8' };
}

export function errorReply(status: number, error: string): ConsoleReply {
  return { ...jsonReply({ err: error }), status };
}

function authenticate({ access }: ConsoleParts, { body }: ConsoleRequest): ConsoleReply {
  const credentials = parseObject(body);
  if (!credentials) return errorReply(400, 'invalid request');
  const token = access.signIn(credentials['username'], credentials['password']);
  return token === null ? errorReply(401, 'invalid credentials') : jsonReply({ token });
}

function respondProgress({ scans, nothing }: ConsoleParts, { query }: ConsoleRequest): ConsoleReply {
  const reference = referenceIn((name) => query.get(name));
  const namesImage = Object.values(reference).some((part) => part !== '');
  const isOnDemand = query.get('onDemand') === 'true';
  // Older Consoles respond with an empty list.
  if (!isOnDemand && namesImage) return errorReply(400, 'image parameters need onDemand=true');
  if (isOnDemand && !isComplete(reference)) return errorReply(400, 'onDemand needs repo, and tag or digest');
  const elements = isOnDemand ? scans.readImage(reference) : scans.readRegular();
  return jsonReply(elements.length === 0 ? nothing : elements);
}

function readSettings({ scans, regularScript }: ConsoleParts): ConsoleReply {
  return jsonReply(registrySettings(scans.regularScript() ?? regularScript, scans.registries()));
}

/** Note the names: `onDemandScan` in this body, `onDemand` in the query of the progress. */
function startScan(parts: ConsoleParts, { body }: ConsoleRequest): ConsoleReply {
  const request = body === '' ? {} : parseObject(body);
  if (!request) return errorReply(400, 'invalid request');
  // The registry scan of a single image is not simulated: all registries are scanned.
  if (request['onDemandScan'] !== true) return startRegularScan(parts);
  const tag = isJsonObject(request['tag']) ? request['tag'] : {};
  const reference = referenceIn((name) => tag[name]);
  if (!isComplete(reference)) return errorReply(400, 'onDemandScan needs repo, and tag or digest');
  parts.scans.startImage(reference, parts.scriptFor(reference));
  return DONE;
}

function startRegularScan({ scans, regularScript }: ConsoleParts): ConsoleReply {
  // Only on-demand scans run side by side.
  if (scans.isRegularOngoing()) return errorReply(400, 'a registry scan is already in progress');
  scans.startRegular(regularScript);
  return DONE;
}

function referenceIn(value: (name: string) => unknown): ImageReference {
  const text = (name: string): string => {
    const param = value(name);
    return typeof param === 'string' ? param : '';
  };
  return { registry: text('registry'), repository: text('repo'), tag: text('tag'), digest: text('digest') };
}

function isComplete({ repository, tag, digest }: ImageReference): boolean {
  return repository !== '' && (tag !== '' || digest !== '');
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
