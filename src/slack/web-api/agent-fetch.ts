/** `fetch` to any host, through its proxy: for the SDK's own calls, sockets, and response_urls. */

import type { FetchFunction } from '@slack/web-api';
import { Agent } from 'undici';
import { createConnector, type Proxies } from '../../proxy.ts';
import { type CallReporting, withCallReport } from './call-report.ts';
import { dispatch } from './pool-fetch.ts';

export interface AgentFetch {
  readonly fetch: FetchFunction;
  readonly agent: Agent;
  /** Closes every connection immediately, including those of sockets, which no agent tracks any more. */
  readonly destroy: () => void;
}

const CONNECT_MS = 5_000;

export function createAgentFetch(proxies: Proxies, reporting: CallReporting = {}): AgentFetch {
  const connect = createConnector({ proxies, timeoutMs: CONNECT_MS });
  const open = new Set<{ destroy: () => void }>();
  const agent = new Agent({
    connect: (target, callback) =>
      connect(target, (...[error, socket]) => {
        if (error !== null) {
          callback(error, null);
          return;
        }
        open.add(socket);
        socket.once('close', () => open.delete(socket));
        callback(null, socket);
      }),
  });
  return {
    agent,
    fetch: withCallReport((url, init) => dispatch(agent, new URL(url), init), reporting),
    destroy: () => {
      for (const socket of open) socket.destroy();
    },
  };
}
