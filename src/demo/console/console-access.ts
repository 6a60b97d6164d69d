/** Access to the simulated Console: users, expiring tokens, and the rate limit. */

import { randomUUID } from 'node:crypto';

export interface ConsoleUser {
  readonly username: string;
  readonly password: string;
  /** Starting and stopping scans is a separate, stronger permission than watching them. */
  readonly mayWrite: boolean;
  /** As its token names it. */
  readonly role?: string;
}

export interface ConsoleAccess {
  /** The token, or null for a wrong name or password. */
  readonly signIn: (username: unknown, password: unknown) => string | null;
  /** Parses `Bearer` and `Basic`; null for invalid or expired credentials. */
  readonly userOf: (authorization: string | undefined) => ConsoleUser | null;
  /** Changes everyone's password; existing tokens stay valid. */
  readonly setPassword: (password: string) => void;
  readonly expireTokens: () => void;
  /** False when this request exceeds the limit; a rejected request counts too. */
  readonly isWithinLimit: () => boolean;
}

interface SignInOptions {
  readonly users: readonly ConsoleUser[];
  readonly tokenLifetimeMs: number;
  readonly isLimited: boolean;
  readonly now: () => number;
}

/** The vendor's limit: 30 requests in 30 s. */
const LIMIT = 30;
const LIMIT_WINDOW_MS = 30_000;

export function createConsoleAccess(options: SignInOptions): ConsoleAccess {
  const tokens = new Map<string, { readonly username: string; readonly expiresAt: number }>();
  let users = options.users;
  let recent: readonly number[] = [];

  return {
    signIn: (username, password) => {
      const user = users.find((user) => user.username === username && user.password === password);
      if (!user) return null;
      const expiresAt = options.now() + options.tokenLifetimeMs;
      const token = createToken(user, expiresAt);
      tokens.set(token, { username: user.username, expiresAt });
      return token;
    },
    userOf: (authorization = '') => {
      const [scheme, credentials = ''] = authorization.split(' ');
      if (scheme === 'Basic') return userOfBasic(users, credentials);
      const known = scheme === 'Bearer' ? tokens.get(credentials) : undefined;
      if (!known || known.expiresAt <= options.now()) return null;
      return users.find(({ username }) => username === known.username) ?? null;
    },
    setPassword: (password) => {
      users = users.map((user) => ({ ...user, password }));
    },
    expireTokens: () => tokens.clear(),
    isWithinLimit: () => {
      if (!options.isLimited) return true;
      const now = options.now();
      recent = [...recent.filter((at) => at > now - LIMIT_WINDOW_MS), now];
      return recent.length <= LIMIT;
    },
  };
}

function userOfBasic(users: readonly ConsoleUser[], credentials: string): ConsoleUser | null {
  const [username, ...rest] = Buffer.from(credentials, 'base64').toString().split(':');
  // A password may contain colons.
  const password = rest.join(':');
  return users.find((user) => user.username === username && user.password === password) ?? null;
}

/** Like the vendor's JWT, with `exp` in seconds; the signature only makes it unique. */
function createToken({ username, role }: ConsoleUser, expiresAt: number): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const payload = { user: username, role, exp: Math.floor(expiresAt / 1000), iss: 'twistlock' };
  return [part({ alg: 'ES256', typ: 'JWT' }), part(payload), part(randomUUID())].join('.');
}
