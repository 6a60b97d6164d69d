/** SQLite databases of one test each, for the store's suite and what is special to SQLite. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { OpenedDatabase } from '../store/suite/fixture.ts';

export interface OpenedFile extends OpenedDatabase {
  readonly file: string;
}

export async function openFile(): Promise<OpenedFile> {
  const directory = await mkdtemp(join(tmpdir(), 'scanprogress-store-'));
  const file = join(directory, 'scanprogress.db');
  const connections = [openSqlite(file)];
  return {
    file,
    database: connections[0]!,
    connect() {
      const connection = openSqlite(file);
      connections.push(connection);
      return Promise.resolve(connection);
    },
    async remove() {
      for (const connection of connections) await connection.close();
      await rm(directory, { recursive: true });
    },
  };
}

export function openInMemory(): Promise<OpenedDatabase> {
  const database = openSqlite(':memory:');
  return Promise.resolve({
    database,
    connect: () => Promise.resolve(database),
    remove: () => database.close(),
  });
}
