/** The demo's Slack workspace: three people, four channels, and the bot as a member of each. */

export const APP = {
  appId: 'A01SCANPROGRESS',
  botUserId: 'U00SCANPROGRESS',
  botName: 'scanprogress',
  // Known to the local Slack only: no secrets.
  botToken: 'xoxb-demo',
  appToken: 'xapp-demo',
  signingSecret: 'demo',
} as const;

export const PEOPLE = {
  commander: { id: 'U01ALICE', name: 'alice', real_name: 'Alice Moreau (incident commander)' },
  security: { id: 'U02BEN', name: 'ben', real_name: 'Ben Okafor (security engineer)' },
  platform: { id: 'U03CHIARA', name: 'chiara', real_name: 'Chiara Lindqvist (platform engineer)' },
} as const;

export const CHANNELS = {
  incident: { id: 'C01INCIDENT', name: 'incident-4711', topic: 'checkout is serving a vulnerable image' },
  security: { id: 'C02SECURITY', name: 'security', topic: 'Findings and what we do about them' },
  platform: { id: 'C03PLATFORM', name: 'platform', topic: 'Registries, builds, clusters' },
  general: { id: 'C04GENERAL', name: 'general', topic: '' },
} as const;

/** In local-slack's configuration format. It passes on any slash command, so none is declared. */
export function workspaceConfig(): unknown {
  const people = Object.values(PEOPLE);
  const members = [...people.map(({ id }) => id), APP.botUserId];
  return {
    workspace: { name: 'Acme', domain: 'acme', teamId: 'T01ACME' },
    app: { ...APP, mode: 'socket' },
    users: people.map((person) => ({ ...person, email: `${person.name}@acme.example`, tz: 'Europe/Berlin' })),
    channels: Object.values(CHANNELS).map((channel) => ({ ...channel, members })),
  };
}
