/** Loaded before the program (`node --import`): refuses all connections except those to the proxy. */

import { Socket } from 'node:net';

const allowed = Number(process.env['ONLY_PORT']);
const connect = Reflect.get(Socket.prototype, 'connect') as (this: Socket, ...args: unknown[]) => Socket;

Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
  const [first] = args.flat() as [unknown];
  const port =
    typeof first === 'object' && first !== null && 'port' in first ? Number(first.port) : Number(first);
  if (port === allowed) return connect.apply(this, args);
  process.stderr.write(`DIRECT EGRESS to port ${port}\n`);
  return this.destroy(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
};
