/**
 * A simulated Prisma Cloud Console on loopback with the part of the registry API that the bot uses. Scans advance with
 * the clock. Like the real one, it reports the end of an on-demand scan once, and returns `[]` after that.
 */

import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

import type { ImageReference } from '../../image/reference.ts';
import { createConsoleAccess } from './console-access.ts';
import type { ConsoleUser } from './console-access.ts';
import { sendDespite } from './console-faults.ts';
import type { Fault } from './console-faults.ts';
import { handleRequest, errorReply, webPage } from './console-routes.ts';
import type { ConsoleParts } from './console-routes.ts';
import type { ImageScript, RegularScript } from './scan-script.ts';
import { FOUR_REGISTRIES, ORDINARY } from '../scripts.ts';
import { createSimulatedScans } from './simulated-scans.ts';

export interface SimulatedConsoleOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Epoch ms; default the machine's clock. */
  readonly now?: () => number;
  /** Speed factor of the scripts; default 1. */
  readonly speed?: number;
  /** Default: `demo` with the password `demo`, who may start and stop scans. */
  readonly users?: readonly ConsoleUser[];
  /** Default 30 minutes. */
  readonly tokenLifetimeMs?: number;
  /** The vendor's 30 requests in 30 s; default off. */
  readonly isLimited?: boolean;
  /** The only known path segment below `/api`; default `v33.03`. */
  readonly apiVersion?: string;
  /** Script of a scan started through the API; default an ordinary one. */
  readonly scriptFor?: (reference: ImageReference) => ImageScript;
  readonly regularScript?: RegularScript;
  /** Initially; default 2. */
  readonly connectedDefenders?: number;
  /** The response without a scan, `[]` by default; some Consoles return `null`. */
  readonly nothing?: readonly [] | null;
  /** Visible to all users; default none, as where projects are not in use. */
  readonly projects?: readonly string[];
}

export interface LoggedRequest {
  /** Console time, epoch ms. */
  readonly at: number;
  readonly method: string;
  /** Full path with prefix and version, without the query. */
  readonly path: string;
  /** Below the API version, such as `/registry/progress`; `''` for none. */
  readonly route: string;
  readonly query: Readonly<Record<string, string>>;
  /** Text of the body, except for `/authenticate`: no passwords in a log. */
  readonly body: string;
}

export interface SimulatedConsole {
  /** Without a slash at the end; any path may be appended, as on SaaS. */
  readonly url: string;
  readonly requests: readonly LoggedRequest[];
  /** Keyed by the literal reference: progress must be requested with the same spelling. */
  readonly startImageScan: (reference: ImageReference, script: ImageScript) => void;
  /** Another client reads the image's progress, unaffected by faults, and consumes an end. */
  readonly readElsewhere: (reference: ImageReference) => void;
  readonly startRegularScan: (script: RegularScript) => void;
  readonly stopRegularScan: () => void;
  readonly isRegularScanOngoing: () => boolean;
  readonly setFault: (fault: Fault | null) => Promise<void>;
  readonly setConnectedDefenders: (connected: number) => void;
  readonly setPassword: (password: string) => void;
  readonly expireTokens: () => void;
  readonly close: () => Promise<void>;
}

interface Serving {
  readonly parts: ConsoleParts;
  readonly apiVersion: string;
  readonly now: () => number;
  readonly requests: LoggedRequest[];
  readonly takeFault: (route: string) => Fault | null;
  readonly signal: AbortSignal;
}

const HALF_AN_HOUR_MS = 30 * 60_000;
const DEMO_USER: ConsoleUser = { username: 'demo', password: 'demo', mayWrite: true };

export async function createSimulatedConsole(
  options: SimulatedConsoleOptions = {},
): Promise<SimulatedConsole> {
  const now = options.now ?? Date.now;
  let connectedDefenders = options.connectedDefenders ?? 2;
  const parts = createParts(options, now, () => connectedDefenders);
  const requests: LoggedRequest[] = [];
  const closing = new AbortController();
  const faults = createFaults();
  const serving: Serving = {
    parts,
    apiVersion: options.apiVersion ?? 'v33.03',
    now,
    requests,
    takeFault: faults.take,
    signal: closing.signal,
  };
  const server = createServer((request, response) => {
    serve(serving, request, response).catch(() => response.destroy());
  });
  const port = await listen(server, options.port ?? 0);

  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    startImageScan: parts.scans.startImage,
    readElsewhere: (reference) => void parts.scans.readImage(reference),
    startRegularScan: parts.scans.startRegular,
    stopRegularScan: parts.scans.stopRegular,
    isRegularScanOngoing: parts.scans.isRegularOngoing,
    setConnectedDefenders: (connected) => (connectedDefenders = connected),
    setPassword: parts.access.setPassword,
    expireTokens: parts.access.expireTokens,
    setFault: async (fault) => {
      faults.set(fault);
      // Closes the port to refuse connections; the same port is used afterwards.
      if (fault?.kind === 'down') await stopListening(server);
      else if (!server.listening) await listen(server, port);
    },
    close: async () => {
      closing.abort();
      await stopListening(server);
    },
  };
}

function createParts(
  options: SimulatedConsoleOptions,
  now: () => number,
  connectedDefenders: () => number,
): ConsoleParts {
  return {
    access: createConsoleAccess({
      users: options.users ?? [DEMO_USER],
      tokenLifetimeMs: options.tokenLifetimeMs ?? HALF_AN_HOUR_MS,
      isLimited: options.isLimited ?? false,
      now,
    }),
    scans: createSimulatedScans({ now, speed: options.speed ?? 1 }),
    scriptFor: options.scriptFor ?? (() => ORDINARY),
    regularScript: options.regularScript ?? FOUR_REGISTRIES,
    version: '33.03.138',
    connectedDefenders,
    nothing: options.nothing === undefined ? [] : options.nothing,
    projects: options.projects ?? [],
  };
}

interface Faults {
  readonly set: (fault: Fault | null) => void;
  /** The fault for this request, counted as one of its `times`. */
  readonly take: (route: string) => Fault | null;
}

function createFaults(): Faults {
  let fault: Fault | null = null;
  let left = Infinity;
  return {
    set: (next) => {
      fault = next;
      left = next?.times ?? Infinity;
    },
    take: (route) => {
      if (!fault || left === 0 || (fault.route !== undefined && fault.route !== route)) return null;
      left -= 1;
      return fault;
    },
  };
}

async function serve(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://console');
  const [, version = '', route = ''] = /\/api\/([^/]+)(\/.*)$/.exec(url.pathname) ?? [];
  const method = request.method ?? 'GET';
  const body = await text(request).catch(() => null);
  if (body === null) return; // The client aborted its request.
  // Before the fault: also a request that consumes nothing is logged.
  serving.requests.push({
    at: serving.now(),
    method,
    path: url.pathname,
    route,
    query: Object.fromEntries(url.searchParams),
    body: route === '/authenticate' ? '' : body,
  });
  // By the Console's clock, which clients compare with the times of results.
  response.setHeader('date', new Date(serving.now()).toUTCString());
  const reply = () => {
    if (version === '') return webPage();
    if (version !== serving.apiVersion) return errorReply(404, 'page not found');
    const authorization = request.headers.authorization;
    return handleRequest(serving.parts, { method, route, query: url.searchParams, authorization, body });
  };
  await sendDespite(serving.takeFault(route), { reply, response, signal: serving.signal });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

async function stopListening(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    // Kept-alive and waiting connections would keep the server open.
    server.closeAllConnections();
  });
}
