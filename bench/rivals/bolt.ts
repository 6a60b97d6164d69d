/** What a command costs with Bolt alone: acknowledge, then respond, as its documentation shows; with `ANSWER=ack`, it replies in the acknowledgement. In HTTP mode where it has a signing secret. */

import { App, LogLevel } from '@slack/bolt';
import { reply } from './reply.ts';

const signingSecret = process.env['SLACK_SIGNING_SECRET'];

const app = new App({
  token: 'xoxb-1',
  ...(signingSecret === undefined ? { appToken: 'xapp-1', socketMode: true } : { signingSecret }),
  logLevel: LogLevel.ERROR,
  clientOptions: { slackApiUrl: process.env['SLACK_API_URL'] ?? '' },
});

app.command('/scanprogress', async ({ ack, respond }) => {
  if (process.env['ANSWER'] === 'ack') return ack(reply);
  await ack();
  await respond(reply);
});

await app.start(Number(process.env['PORT'] ?? 0));
console.log('started');
process.on('SIGTERM', () => process.exit(0));
