/** Words of the command line with their descriptions, printed by `scanprogress help`. */

interface CommandHelp {
  readonly word: string;
  /** Its arguments. */
  readonly takes: string;
  readonly does: string;
}

const NAME_WIDTH = 17;

const LIST = [
  {
    word: 'start',
    takes: '',
    does: 'runs the bot, as scanprogress alone does',
  },
  {
    word: 'demo',
    takes: '[--play]',
    does: 'runs it with a Slack and a Console of its own',
  },
  { word: 'setup', takes: '', does: 'asks for tokens, Console and a channel, writes .env' },
  { word: 'doctor', takes: '', does: 'checks tokens, Console, permissions and database' },
  { word: 'backup', takes: 'FILE', does: 'copies the SQLite database, also while the bot runs' },
  { word: 'migrate-to-postgres', takes: 'FILE', does: 'copies a SQLite FILE to the server in DATABASE_URL' },
  { word: 'forget', takes: 'USER_OR_CHANNEL', does: 'deletes what is known of a person or a conversation' },
  { word: 'wait', takes: 'IMAGE', does: 'for pipelines: waits for an end, exits by what it found' },
  { word: 'status', takes: 'IMAGE', does: 'for pipelines: how far a scan is; --json' },
  { word: 'version', takes: '', does: 'prints the version' },
  { word: 'help', takes: '', does: 'prints this; COMMAND --help prints more' },
] as const satisfies readonly CommandHelp[];

export type ProgramCommand = (typeof LIST)[number]['word'];

export const COMMANDS: readonly string[] = LIST.map(({ word }) => word);

/** A line each, for a terminal of 80 columns. */
export const USAGE = `scanprogress tells in Slack how far a registry scan of Prisma Cloud Compute is,
and when it ends.

  scanprogress COMMAND [...]

${LIST.map(({ word, takes, does }) => toLines(`${word} ${takes}`.trim(), does)).join('')}
Variables come from the environment and from .env: docs/configuration.md.
When something is wrong: scanprogress doctor, and docs/operate.md.
`;

/** A name longer than its column gets a line of its own. */
function toLines(name: string, does: string): string {
  return name.length < NAME_WIDTH
    ? `  ${name.padEnd(NAME_WIDTH)}${does}\n`
    : `  ${name}\n  ${''.padEnd(NAME_WIDTH)}${does}\n`;
}
