/** All checks in the order of the report. */

import type { PartialConfig } from '../config/config.ts';
import * as says from '../views/doctor.ts';
import type { Check } from './check.ts';
import { consoleChecks } from './console-checks.ts';
import { checkDatabase } from './database-check.ts';
import { slackChecks } from './slack-checks.ts';

/** Runs nothing yet. The setup picks its checks by these names. */
export function allChecks(config: PartialConfig): readonly Check[] {
  const { DATABASE_URL: database } = config.variables;
  return [
    ...says.variablesFindings(config).map((finding) => ({ name: 'Variables', run: () => finding })),
    ...slackChecks(config),
    ...consoleChecks(config),
    {
      name: 'Database',
      run: async () =>
        database === undefined
          ? says.missing('a valid DATABASE_URL')
          : says.databaseFinding(await checkDatabase(database)),
    },
  ];
}
