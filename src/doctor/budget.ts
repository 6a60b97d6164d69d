/** The budget that a bot on the same database asks within, so that the doctor beside it takes nothing that is not free. */

import { existsSync } from 'node:fs';
import { createConsoleBudget } from '../app/console-budget.ts';
import { type Budget, createBudget } from '../prisma-cloud/http/rate-limiter.ts';
import { type DatabasePlace, openPlace } from '../store/drivers/open.ts';

/** A database that is away must not keep the Console from being checked. */
const WAIT_MS = 3_000;

/** One of its own where there is no database yet, or none that can be used. Never rejects. */
export async function openBudget(place: DatabasePlace | undefined): Promise<Budget> {
  if (place === undefined || (place.kind === 'sqlite' && !existsSync(place.file))) return createBudget();
  const late = Promise.withResolvers<Budget>();
  const timer = setTimeout(() => late.resolve(createBudget()), WAIT_MS);
  try {
    return await Promise.race([openShared(place), late.promise]);
  } catch {
    // The check of the database says why.
    return createBudget();
  } finally {
    clearTimeout(timer);
  }
}

/** Stays open: the program ends with its checks. */
async function openShared(place: DatabasePlace): Promise<Budget> {
  const database = await openPlace(place, { isToStay: true });
  try {
    return await createConsoleBudget(database, { onError: () => undefined });
  } catch (error) {
    await database.close();
    throw error;
  }
}
