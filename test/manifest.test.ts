/**
 * The manifest against the program: Slack's own schema lets an event without its scope pass, which fails only when a
 * person installs the app.
 */

import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { COMMAND_WORDS } from '../src/scan/command.ts';
import type { ListenerOptions } from '../src/slack/incoming/channel-events.ts';
import { registerListeners } from '../src/slack/incoming/listeners.ts';
import { captures, readText, ROOT } from './support/project.ts';

const schemaFile = join(ROOT, '../shared/reference/manifest.schema.2.0.0.json');

interface Manifest {
  readonly display_information: { readonly description: string };
  readonly features: {
    readonly slash_commands: readonly { command: string; usage_hint: string }[];
    readonly shortcuts: readonly { type: string; callback_id: string }[];
    readonly app_home: { readonly home_tab_enabled: boolean };
  };
  readonly oauth_config: { readonly scopes: { readonly bot: readonly string[] } };
  readonly settings: { readonly event_subscriptions: { readonly bot_events: readonly string[] } };
}

const manifest = parse(readText('manifest.yml')) as Manifest;
const scopes = manifest.oauth_config.scopes.bot;
const events = manifest.settings.event_subscriptions.bot_events;

/** The scope without which Slack refuses to install an app that subscribes to the event. */
const SCOPE_OF_EVENT: Readonly<Record<string, string>> = {
  app_mention: 'app_mentions:read',
  // Slack requires no scope for these; the bot needs this one anyway.
  app_home_opened: 'chat:write',
  channel_archive: 'channels:read',
  app_uninstalled: 'chat:write',
  channel_id_changed: 'channels:read',
  channel_left: 'channels:read',
  channel_shared: 'channels:read',
  channel_unarchive: 'channels:read',
  channel_unshared: 'channels:read',
  group_archive: 'groups:read',
  group_left: 'groups:read',
  group_unarchive: 'groups:read',
  member_joined_channel: 'channels:read',
  'message.im': 'im:history',
  tokens_revoked: 'chat:write',
};

const READ = ['channels:read', 'groups:read', 'im:read', 'mpim:read'];
const HISTORY = ['channels:history', 'groups:history', 'im:history', 'mpim:history'];

/** The scopes that let the bot call a method of the Web API; none for what every token may. */
const SCOPES_OF_METHOD: Readonly<Record<string, readonly string[]>> = {
  // With the app-level token, which has a scope of its own.
  'apps.connections.open': [],
  'auth.test': [],
  'chat.getPermalink': [],
  'chat.postEphemeral': ['chat:write'],
  // In public channels where the bot is no member, too.
  'chat.postMessage': ['chat:write', 'chat:write.public'],
  'chat.update': ['chat:write'],
  'conversations.history': HISTORY,
  'conversations.info': READ,
  'conversations.members': READ,
  'conversations.replies': HISTORY,
  'reactions.add': ['reactions:write'],
  'usergroups.users.list': ['usergroups:read'],
  'users.info': ['users:read'],
  'views.open': [],
  'views.publish': [],
  'views.update': [],
};

/** Every method of the Web API that the program calls. */
function calledMethods(): string[] {
  const files = globSync('src/slack/**/*.ts', { cwd: ROOT });
  const calls = files.flatMap((file) => captures(readText(file), /\bclient\.((?:[a-z]+\.)+[a-zA-Z]+)\(/g));
  return [...new Set(calls)].toSorted();
}

function registered() {
  const commands: string[] = [];
  const eventNames: string[] = [];
  const shortcuts: string[] = [];
  const app = {
    command: (name: string) => commands.push(name),
    event: (name: string) => eventNames.push(name),
    shortcut: (name: string) => shortcuts.push(name),
    action: () => undefined,
    view: () => undefined,
  };
  registerListeners(app as never, {} as ListenerOptions);
  return { commands, eventNames, shortcuts };
}

describe('manifest.yml', () => {
  it('declares exactly the commands that the program answers', () => {
    expect(manifest.features.slash_commands.map(({ command }) => command)).toEqual(registered().commands);
  });

  it('declares exactly the shortcuts that the program answers, and App Home', () => {
    const { shortcuts, app_home } = manifest.features;
    expect(shortcuts.map(({ callback_id }) => callback_id)).toEqual(registered().shortcuts);
    expect(app_home.home_tab_enabled).toBe(true);
  });

  it('subscribes to exactly the events that the program answers', () => {
    const families = events.map((event) => event.split('.')[0]);
    expect(families.toSorted()).toEqual(registered().eventNames.toSorted());
  });

  it('asks for the scope of every event', () => {
    expect(events.filter((event) => !scopes.includes(SCOPE_OF_EVENT[event] ?? 'unknown'))).toEqual([]);
  });

  it('asks for the scopes of what the program calls and hears, and for no other', () => {
    expect(calledMethods()).toEqual(Object.keys(SCOPES_OF_METHOD));
    const needed = [
      // The slash command and the shortcut.
      'commands',
      ...calledMethods().flatMap((method) => SCOPES_OF_METHOD[method] ?? []),
      ...events.map((event) => SCOPE_OF_EVENT[event] ?? 'unknown'),
    ];
    expect(scopes.toSorted()).toEqual([...new Set(needed)].toSorted());
  });

  it('hints in a few words at what works, and describes the app in ten at most', () => {
    const hint = manifest.features.slash_commands[0]?.usage_hint ?? '';
    const words = hint.match(/[a-z]+/g) ?? [];
    expect(COMMAND_WORDS).toEqual(expect.arrayContaining(words));
    expect(words).toEqual(['watch', 'help']);
    expect(manifest.display_information.description.split(' ').length).toBeLessThanOrEqual(10);
  });

  if (!existsSync(schemaFile))
    console.warn(`skipped: ${schemaFile}, Slack's schema of manifests, is not there`);
  it.skipIf(!existsSync(schemaFile))("passes Slack's schema of manifests", () => {
    const schema = JSON.parse(readFileSync(schemaFile, 'utf8')) as object;
    const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
    validate(manifest);
    expect(validate.errors).toBeNull();
  });
});
