/** A PostgreSQL server in its wire protocol alone: it has no tables, and responds to each statement as a test says. */

import { createServer, type Socket } from 'node:net';
import { listenUntilClosed } from '../../support/listen.ts';

/** `cut`: the connection is closed instead. `never`: no response at all. */
export type Response =
  | { readonly rows: readonly Readonly<Record<string, string>>[] }
  | { readonly command: string }
  | { readonly code: string }
  | 'cut'
  | 'never';

export interface Asked {
  readonly sql: string;
  readonly params: readonly (string | null)[];
  /** Number of its connection, from 1. */
  readonly connection: number;
}

export interface WireServer {
  readonly url: string;
  /** All statements, in the order of arrival. */
  readonly asked: Asked[];
  /** Null for the default: what a healthy server says. */
  respond: (asked: Asked) => Response | null | Promise<Response | null>;
  readonly connections: () => number;
  readonly close: () => Promise<void>;
}

export async function openWireServer(): Promise<WireServer> {
  const asked: Asked[] = [];
  let opened = 0;
  const tcp = createServer((socket) => {
    // Else the second of two responses waits for 40 ms.
    socket.setNoDelay();
    const connection = (opened += 1);
    let turn: Promise<void> = Promise.resolve();
    const onStatement = (sql: string, params: Asked['params'], isSimple: boolean): void => {
      const one = { sql, params, connection };
      asked.push(one);
      turn = turn.then(async () => {
        const response = (await server.respond(one)) ?? healthy(sql);
        if (response === 'cut') socket.destroy();
        else if (response !== 'never' && !socket.destroyed)
          socket.write(toBytes(response, { sql, isSimple }));
      });
    };
    socket.on('data', createReader(socket, onStatement));
  });
  const { port, close } = await listenUntilClosed(tcp);
  const server: WireServer = {
    url: `postgres://me:secret@127.0.0.1:${String(port)}/bot`,
    asked,
    respond: () => null,
    connections: () => opened,
    close,
  };
  return server;
}

type OnStatement = (sql: string, params: Asked['params'], isSimple: boolean) => void;

/** Splits what arrives into messages: a type, a length, and a body. The first has no type. */
function createReader(socket: Socket, onStatement: OnStatement): (chunk: Buffer) => void {
  let left: Buffer = Buffer.alloc(0);
  let isStarted = false;
  let parsed = '';
  let params: readonly (string | null)[] = [];
  return (chunk) => {
    left = Buffer.concat([left, chunk]);
    if (!isStarted) {
      left = left.subarray(left.readInt32BE(0));
      isStarted = true;
      socket.write(Buffer.concat([message('R', int32(0)), READY]));
    }
    while (left.length >= 5 && left.length > left.readInt32BE(1)) {
      const end = 1 + left.readInt32BE(1);
      const [type, body] = [String.fromCharCode(left[0] ?? 0), left.subarray(5, end)];
      left = left.subarray(end);
      if (type === 'Q') onStatement(textAt(body, 0), [], true);
      if (type === 'P') parsed = textAt(body, textAt(body, 0).length + 1);
      if (type === 'B') params = paramsOf(body);
      if (type === 'S') onStatement(parsed, params, false);
    }
  };
}

function textAt(body: Buffer, from: number): string {
  return body.toString('utf8', from, body.indexOf(0, from));
}

/** Portal, statement, formats, then each value with its length; -1 for null. */
function paramsOf(body: Buffer): readonly (string | null)[] {
  let at = body.indexOf(0, body.indexOf(0) + 1) + 1;
  at += 2 + 2 * body.readInt16BE(at);
  const count = body.readInt16BE(at);
  at += 2;
  return Array.from({ length: count }, () => {
    const length = body.readInt32BE(at);
    at += 4;
    if (length < 0) return null;
    at += length;
    return body.toString('utf8', at - length, at);
  });
}

function healthy(sql: string): Response {
  if (sql.includes('server_version')) return { rows: [{ name: '17.1', number: '170001' }] };
  if (sql.startsWith('begin')) return { rows: [{ id: '777' }] };
  if (/^\s*select\b/.test(sql)) return { rows: [] };
  return { command: /^(commit|rollback)/.test(sql) ? sql.toUpperCase() : 'INSERT 0 1' };
}

const READY = message('Z', Buffer.from('I'));

function toBytes(
  response: Exclude<Response, string>,
  { sql, isSimple }: { sql: string; isSimple: boolean },
): Buffer {
  const head = isSimple ? [] : [message('1'), message('2')];
  if ('code' in response) {
    const fields = ['SERROR', 'VERROR', `C${response.code}`, `Mfailed: ${sql.slice(0, 20)}`, ''];
    return Buffer.concat([...head, message('E', text(fields.join('\0'))), READY]);
  }
  if ('command' in response)
    return Buffer.concat([...head, ...(isSimple ? [] : [message('n')]), done(response.command), READY]);
  const [first = {}] = response.rows;
  // Statements before the last of a simple query have no rows.
  const before = sql.startsWith('begin') ? [done('BEGIN')] : [];
  const rows = response.rows.map((row) => message('D', values(Object.values(row))));
  const command = done(`SELECT ${String(response.rows.length)}`);
  return Buffer.concat([
    ...head,
    ...before,
    message('T', columns(Object.keys(first))),
    ...rows,
    command,
    READY,
  ]);
}

const done = (command: string): Buffer => message('C', text(command));

function message(type: string, body: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`);
}

/** Named with `int8` at their end they are numbers, else texts. */
function columns(names: readonly string[]): Buffer {
  const described = names.map((name) =>
    Buffer.concat([
      text(name),
      int32(0),
      int16(0),
      int32(name.endsWith('int8') ? 20 : 25),
      int16(-1),
      int32(-1),
      int16(0),
    ]),
  );
  return Buffer.concat([int16(names.length), ...described]);
}

function values(texts: readonly string[]): Buffer {
  const encoded = texts.flatMap((value) => [int32(Buffer.byteLength(value)), Buffer.from(value)]);
  return Buffer.concat([int16(texts.length), ...encoded]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}
