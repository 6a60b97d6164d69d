/** SQLite databases of one test each, for the store's suite and what is special to SQLite. */

import { join } from 'node:path';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { OpenedDatabase } from '../store/suite/fixture.ts';
import { createDirectory } from './directory.ts';

export interface OpenedFile extends OpenedDatabase {
  readonly file: string;
}

export function openFile(): Promise<OpenedFile> {
  const file = join(createDirectory(), 'scanprogress.db');
  const connections = [openSqlite(file)];
  return Promise.resolve({
    file,
    database: connections[0]!,
    connect() {
      const connection = openSqlite(file);
      connections.push(connection);
      return Promise.resolve(connection);
    },
    async remove() {
      for (const connection of connections) await connection.close();
    },
  });
}

export function openInMemory(): Promise<OpenedDatabase> {
  const database = openSqlite(':memory:');
  return Promise.resolve({
    database,
    connect: () => Promise.resolve(database),
    remove: () => database.close(),
  });
}
