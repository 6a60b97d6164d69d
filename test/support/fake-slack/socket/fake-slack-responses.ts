/** Response URLs: five uses within half an hour, each a message, or a change of the one that was clicked. */

import { isRecord } from '../fake-slack-arguments.ts';
import type { Message, Workspace } from '../fake-slack-workspace.ts';

const MOST_USES = 5;
const LIFETIME_MS = 30 * 60 * 1000;

export interface Response {
  readonly user: string;
  readonly channel: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** null if accepted; otherwise Slack's error. */
  readonly error: string | null;
  readonly at: number;
}

interface Recipient {
  readonly user: string;
  readonly channel: string;
  /** The message that was clicked. */
  readonly original: Message | null;
}

interface ResponseUrl extends Recipient {
  readonly at: number;
  uses: number;
}

export interface ResponseUrls {
  readonly received: readonly Response[];
  /** The path of a fresh response URL. */
  create(to: Recipient): string;
  /** Slack's error, or null. */
  use(path: string, body: unknown): string | null;
}

export function createResponseUrls(workspace: Workspace): ResponseUrls {
  const urls = new Map<string, ResponseUrl>();
  const received: Response[] = [];
  return {
    received,
    create: (to) => {
      const path = `/response/${urls.size + 1}`;
      urls.set(path, { ...to, at: workspace.now(), uses: 0 });
      return path;
    },
    use: (path, body) => {
      const url = urls.get(path);
      if (url === undefined) return 'invalid_url';
      const content = isRecord(body) ? body : {};
      const error = findProblem(url, content, workspace.now());
      received.push({ user: url.user, channel: url.channel, body: content, error, at: workspace.now() });
      if (error !== null) return error;
      url.uses += 1;
      show(url, content, workspace);
      return null;
    },
  };
}

function findProblem(url: ResponseUrl, body: Record<string, unknown>, now: number): string | null {
  if (now - url.at > LIFETIME_MS) return 'expired_url';
  if (url.uses >= MOST_USES) return 'used_url';
  const isEmpty = body['text'] === undefined && body['blocks'] === undefined;
  return isEmpty && body['delete_original'] !== true ? 'no_text' : null;
}

function show(url: ResponseUrl, body: Record<string, unknown>, workspace: Workspace): void {
  const { user, channel, original } = url;
  const text = typeof body['text'] === 'string' ? body['text'] : '';
  const blocks: unknown[] = Array.isArray(body['blocks']) ? body['blocks'] : [];
  const current = original === null ? null : workspace.find(original.channel, original.ts);
  if (current !== null && body['delete_original'] === true) {
    workspace.change(current, { isDeleted: true });
  } else if (current !== null && body['replace_original'] === true) {
    workspace.change(current, { text, blocks });
  } else {
    const onlyFor = body['response_type'] === 'in_channel' ? '' : user;
    const thread = typeof body['thread_ts'] === 'string' ? body['thread_ts'] : '';
    workspace.add({ channel, text, blocks, onlyFor, thread, viaResponseUrl: true });
  }
}
