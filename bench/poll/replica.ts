/** One of several that poll the targets of a PostgreSQL database: `replica.ts URL CONSOLE OWNER TICK_MS`. Ends when it is killed. */

import { setTimeout as sleep } from 'node:timers/promises';
import { openPostgres } from '../../src/store/drivers/postgres.ts';
import { createPoll } from './program.ts';

const [url = '', consoleUrl = '', owner = '', tick = '0'] = process.argv.slice(2);
const database = await openPostgres(url);
const poll = createPoll(database, { consoleUrl, owner });
console.log('ready');
for (;;) {
  const from = performance.now();
  await poll();
  await sleep(Math.max(10, Number(tick) - (performance.now() - from)));
}
