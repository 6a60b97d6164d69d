/**
 * A Prisma Cloud Console on loopback that speaks what the bot uses of the registry API. Scans advance by themselves
 * with the clock. It keeps the Console's least convenient habit: the end of an on-demand scan is told once, and
 * after that the answer is `[]`.
 */

import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

import type { ImageReference } from '../../image/reference.ts';
import { createConsoleAccess } from './console-access.ts';
import type { ConsoleUser } from './console-access.ts';
import { sendDespite } from './console-faults.ts';
import type { Fault } from './console-faults.ts';
import { answerRequest, refusal, webPage } from './console-routes.ts';
import type { ConsoleParts } from './console-routes.ts';
import type { ImageScript, RegularScript } from './scan-script.ts';
import { FOUR_REGISTRIES, ORDINARY } from '../scripts.ts';
import { createSimulatedScans } from './simulated-scans.ts';

export interface SimulatedConsoleOptions {
  /** Default 0: any free one. */
  readonly port?: number;
  /** Epoch ms; default the machine's clock. */
  readonly now?: () => number;
  /** How many times faster than their scripts scans run; default 1. */
  readonly speed?: number;
  /** Default: `demo` with the password `demo`, who may start and stop scans. */
  readonly users?: readonly ConsoleUser[];
  /** Default 30 minutes. */
  readonly tokenLifetimeMs?: number;
  /** The vendor's 30 requests in 30 s; default off. */
  readonly isLimited?: boolean;
  /** The one path segment below `/api` that is known; default `v33.03`. */
  readonly apiVersion?: string;
  /** How a scan goes that is started through the API; default an ordinary one. */
  readonly scriptFor?: (reference: ImageReference) => ImageScript;
  readonly regularScript?: RegularScript;
  /** At first; default 2. */
  readonly connectedDefenders?: number;
  /** What the progress of nothing looks like, `[]` by default; some Consoles say `null`. */
  readonly nothing?: readonly [] | null;
  /** That everybody may see; default none, as where projects are not in use. */
  readonly projects?: readonly string[];
}

export interface LoggedRequest {
  /** Epoch ms by the Console's clock. */
  readonly at: number;
  readonly method: string;
  /** As it was asked for, prefix and version included, without the query. */
  readonly path: string;
  /** Below the API version, such as `/registry/progress`; `''` where there was none. */
  readonly route: string;
  readonly query: Readonly<Record<string, string>>;
  /** The text of the body, but for `/authenticate`: a log holds no passwords. */
  readonly body: string;
}

export interface SimulatedConsole {
  /** Without a slash at the end; any path may be put behind it, as on SaaS. */
  readonly url: string;
  readonly requests: readonly LoggedRequest[];
  /** Keyed by the literal reference: what is asked for later must be spelled the same. */
  readonly startImageScan: (reference: ImageReference, script: ImageScript) => void;
  /** Another program asks how that image does, whatever fault the bot meets: an end that it is told is told. */
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
      // Refusing connections takes the port away; it is the same one afterwards.
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
  /** The fault that this request meets, counted as one of its `times`. */
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
  if (body === null) return; // The client went away in the middle of its request.
  serving.requests.push({
    at: serving.now(),
    method,
    path: url.pathname,
    route,
    query: Object.fromEntries(url.searchParams),
    body: route === '/authenticate' ? '' : body,
  });
  // By its own clock, as a client that compares it with the times of results may expect.
  response.setHeader('date', new Date(serving.now()).toUTCString());
  const answer = () => {
    if (version === '') return webPage();
    if (version !== serving.apiVersion) return refusal(404, 'page not found');
    const authorization = request.headers.authorization;
    return answerRequest(serving.parts, { method, route, query: url.searchParams, authorization, body });
  };
  await sendDespite(serving.takeFault(route), { answer, response, signal: serving.signal });
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
    // Connections that are kept alive, or wait for a slow answer, would hold it open.
    server.closeAllConnections();
  });
}
