/** All checks in the order of the report. */

import type { PartialConfig } from '../config/config.ts';
import * as says from '../views/doctor.ts';
import { type Check, wrongProxy } from './check.ts';
import { consoleChecks } from './console-checks.ts';
import { checkDatabase } from './database-check.ts';
import { slackChecks } from './slack-checks.ts';

/** Runs nothing yet. The setup picks its checks by these names. */
export function allChecks(config: PartialConfig): readonly Check[] {
  const { DATABASE_URL: database } = config.variables;
  const proxy = wrongProxy(config);
  const servers = [...slackChecks(config), ...consoleChecks(config)];
  return [
    ...says.variablesFindings(config).map((finding) => ({ name: 'Variables', run: () => finding })),
    ...(proxy === null ? servers : servers.map(({ name }) => toNotChecked(name, proxy))),
    {
      name: 'Database',
      run: async () =>
        database === undefined
          ? says.missing('a valid DATABASE_URL')
          : says.databaseFinding(await checkDatabase(database)),
    },
  ];
}

function toNotChecked(name: string, variable: string): Check {
  return { name, run: () => says.missing(`a valid ${variable}`) };
}
