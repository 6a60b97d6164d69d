/** A configuration that is enough for a start, and the files that it may name. */

import { certificate } from '../prisma-cloud/loopback.ts';

export const SOCKET = {
  SLACK_BOT_TOKEN: 'xoxb-1-abc',
  SLACK_APP_TOKEN: 'xapp-1-abc',
  PRISMA_CONSOLE_URL: 'https://console:8083',
  PRISMA_USERNAME: 'bot',
  PRISMA_PASSWORD: 'pass word ',
};
export const PEM = certificate('localhost');
const GARBAGE = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

const FILES: Record<string, string> = {
  '/run/bot': 'xoxb-from-file\n',
  '/run/password': ' p\n\r\n',
  '/run/empty': ' \n',
  '/run/ca.pem': PEM,
  '/run/garbage.pem': GARBAGE,
  '/run/half-garbage.pem': PEM + GARBAGE,
  '/run/api-token': 'token-from-a-file\n',
  '/run/database': 'postgres://u:from-file@h/d \n',
};

export function readFile(path: string): string {
  const text = FILES[path];
  if (text === undefined) throw new Error(`ENOENT: no such file, open '${path}'`);
  return text;
}
