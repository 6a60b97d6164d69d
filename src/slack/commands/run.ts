/** From a parsed command to its answers. */

import { helpView } from '../../views/help.ts';
import { problemView } from '../../views/problem.ts';
import { answering, type Finish, type Request } from '../bot.ts';
import type { Command } from '../parse-command.ts';
import { beginWatches } from './board.ts';
import { showHistory } from './history.ts';
import { listWatches } from './list.ts';
import { showProgress } from './progress.ts';
import { beginScan, beginStopScan } from './scan.ts';
import { showSettings } from './settings.ts';
import { beginSubscribe, beginUnsubscribe } from './subscribe.ts';
import { beginUnwatch } from './unwatch.ts';

/** Counts it by its outcome: rejected, broken off in the middle, or answered. */
export async function beginCommand(request: Request, command: Command): Promise<Finish> {
  const { onCommand } = request.bot;
  const fail = (error: unknown): never => {
    onCommand(command.name, 'failed');
    throw error;
  };
  const finish = await begin(request, command).catch(fail);
  return async function* () {
    try {
      yield* finish();
    } catch (error) {
      fail(error);
    }
    onCommand(command.name, 'answered');
  };
}

async function begin(request: Request, command: Command): Promise<Finish> {
  switch (command.name) {
    case 'progress':
      return answering(() => showProgress(request, command.target));
    case 'watch':
      return beginWatches(request, command.targets);
    case 'unwatch':
      return beginUnwatch(request, command.targets);
    case 'subscribe':
      return beginSubscribe(request, command.targets);
    case 'unsubscribe':
      return beginUnsubscribe(request, command.targets);
    case 'list':
      return answering(() => listWatches(request));
    case 'scan':
      return beginScan(request, command.target);
    case 'stop':
      return beginStopScan(request);
    case 'history':
      return answering(() => showHistory(request, command.target));
    case 'settings':
      return answering(() => showSettings(request));
    case 'help':
      return answering(helpView);
    case 'problem':
      return answering(() => problemView({ problem: command.problem }));
  }
}
