/** Sets a scenario up: the clock, the Console, Slack, the database, and the processes that come and go. */

import type { Database, Row, Statement } from '../../src/store/database.ts';
import { migrate, readMigrations } from '../../src/store/drivers/migrate.ts';
import { openSqlite } from '../../src/store/drivers/sqlite.ts';
import { NOON } from '../support/observations.ts';
import { createCast, type Cast } from './actors/cast.ts';
import { createRandom } from './random.ts';
import { createClock } from './outside/clock.ts';
import { createSimulatedConsole, type TrueEnd } from './outside/console.ts';
import { beginDrawing, shortName } from './ids.ts';
import { createJudge } from './judge/judge.ts';
import { type Faults, hasClockSet, type Scenario } from './actors/scenario.ts';
import { createSimulatedSlack } from './outside/slack.ts';
import { noteOwed } from './judge/owed.ts';
import { targetsOf } from './actors/places.ts';
import { createTrace } from './trace.ts';
import type { Spell, World } from './world.ts';
import { raw, sql } from '../../src/store/sql.ts';

export interface Stage {
  readonly world: World;
  readonly cast: Cast;
  /** From here on all is well. */
  readonly calmDown: () => void;
}

export async function createStage(scenario: Scenario, isTraced: boolean): Promise<Stage> {
  const clock = createClock();
  const random = createRandom(scenario.random);
  const trace = createTrace(isTraced, clock.monotonicNow);
  const isClockSet = hasClockSet(scenario);
  const judge = createJudge({ clock, trace, isClockSet });
  const names = { of: shortName, database: await emptyDatabase() };
  beginDrawing(random.fork());
  let isCalm = false;
  const outside = {
    ...{ scenario, clock, start: clock.now(), random, trace, names, judge, isClockSet },
    faults: () => (isCalm ? NO_FAULTS : scenario.faults),
    isDown: (spell: Spell) => !isCalm && isUnder(scenario, spell, clock.monotonicNow()),
  };
  const onEnd = (end: TrueEnd): void => void noteOwed(outside, end);
  const lateMs = scenario.resultsLateMs;
  const console = createSimulatedConsole(
    { clock, trace, random: random.fork(), resultsLateMs: lateMs, onEnd },
    targetsOf(scenario),
  );
  const withConsole = { ...outside, console };
  const world: World = { ...withConsole, slack: createSimulatedSlack(withConsole) };
  const cast = createCast(world);
  const calmDown = (): void => {
    isCalm = true;
    trace.say(() => 'from here on all is well');
    cast.calmDown();
  };
  return { world, cast, calmDown };
}

let opened: Promise<{ readonly database: Database; readonly wipes: readonly Statement[] }> | null = null;

/** One serves all runs, one after the other: its schema and its statements take longer to prepare than a run. */
async function emptyDatabase(): Promise<Database> {
  const { database, wipes } = await (opened ??= open());
  await database.batch(wipes);
  return database;
}

/** No copy of a migrated file: in memory, what is opened from bytes is slower at each commit. */
async function open() {
  const database = openSqlite(':memory:');
  await migrate(database, readMigrations(), NOON);
  const references = await database.query(
    sql`select t.name, r."table" as to_table from sqlite_master t left join pragma_foreign_key_list(t.name) r
      where t.type = 'table' and t.name <> 'migrations'`,
  );
  return {
    database,
    wipes: childrenFirst(references).map((name) => sql`delete from ${raw(name)}`),
  };
}

/** In this order foreign keys need no deferring, for which SQLite would prepare all statements again. */
function childrenFirst(references: readonly Row[]): string[] {
  const left = new Set(references.map(({ name }) => String(name)));
  const ordered: string[] = [];
  const isParent = (name: string): boolean =>
    references.some(
      (one) => one['to_table'] === name && one['name'] !== name && left.has(String(one['name'])),
    );
  while (left.size > 0) {
    const children = [...left].filter((name) => !isParent(name));
    if (children.length === 0) throw new Error(`these tables refer to each other: ${[...left].join(', ')}`);
    for (const name of children) left.delete(name);
    ordered.push(...children);
  }
  return ordered;
}

const NO_FAULTS: Faults = {
  ...{ lostReading: 0, garbled: 0, unavailable: 0, tooMany: 0, slowConsole: 0, hiccup: 0, lostReport: 0 },
  ...{ lostMessage: 0, fatalError: 0, rateLimited: 0, unsent: 0, slowSlack: 0, malformed: 0 },
  ...{ lateEdit: 0, editClosed: 0, failedLook: 0, brokenDatabase: 0 },
};

function isUnder({ troubles }: Scenario, spell: Spell, now: number): boolean {
  return troubles.some((one) => one.kind === spell && one.atMs <= now && now < one.atMs + one.forMs);
}
