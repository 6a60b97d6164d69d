/** Trigger IDs: good for one view, within 3 seconds. */

import { Refused } from '../fake-slack-arguments.ts';

const LIFETIME_MS = 3_000;

export interface Triggers {
  create(user: string): string;
  /** The person whose action it was; throws Slack's error. */
  use(id: string): string;
}

export function createTriggers(now: () => number): Triggers {
  const issued = new Map<string, { readonly user: string; readonly at: number; used: boolean }>();
  return {
    create: (user) => {
      const id = `trigger.${issued.size + 1}`;
      issued.set(id, { user, at: now(), used: false });
      return id;
    },
    use: (id) => {
      const trigger = issued.get(id);
      if (trigger === undefined) throw new Refused('invalid_trigger_id');
      if (trigger.used) throw new Refused('exchanged_trigger_id');
      if (now() - trigger.at > LIFETIME_MS) throw new Refused('expired_trigger_id');
      trigger.used = true;
      return trigger.user;
    },
  };
}
