/** Variables whose value may be a file's content: a secret that lies in a file is in no list of processes. */

export type Environment = Readonly<Record<string, string | undefined>>;
/** Returns a file's text, and throws where it cannot be read. */
export type ReadFile = (path: string) => string;

/** Trimmed, for a file of variables with Windows' line ends leaves one behind each; a password may end in a space. */
export function withoutEmpty(env: Environment): Environment {
  const given = Object.entries(env).filter(([, value]) => (value ?? '').trim() !== '');
  return Object.fromEntries(
    given.map(([name, value]) => [name, name.endsWith('_PASSWORD') ? value : value?.trim()]),
  );
}

const PROXY_VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'];

/** Most programs write them in lower case, which wins where both are set. */
export function withProxies(values: Environment): Environment {
  const given = PROXY_VARIABLES.map((name): [string, string | undefined] => [
    name,
    values[name.toLowerCase()] ?? values[name],
  ]);
  return { ...values, ...Object.fromEntries(given.filter(([, value]) => value !== undefined)) };
}

/** Each may be given as a file, by its name with _FILE. */
export const SECRETS = [
  'SLACK_BOT_TOKEN',
  'SLACK_APP_TOKEN',
  'SLACK_SIGNING_SECRET',
  'PRISMA_PASSWORD',
  'PRISMA_OPERATOR_PASSWORD',
  'DATABASE_URL',
];

/** A variable whose value is a file's content. */
interface Loaded {
  readonly name: string;
  readonly value: string | undefined;
  readonly fault: string | null;
}

interface LoadedFiles {
  readonly values: Environment;
  readonly faults: readonly string[];
  /** Variables whose file was no use: they are not called missing as well. */
  readonly unread: ReadonlySet<string>;
}

export function loadFiles(values: Environment, readFile: ReadFile): LoadedFiles {
  const caFile = values['PRISMA_CA_FILE'];
  const loaded = SECRETS.map((name) => loadSecret(name, values, readFile));
  if (caFile !== undefined)
    loaded.push({ name: 'PRISMA_CA_FILE', ...loadFile('PRISMA_CA_FILE', caFile, readFile) });
  const broken = loaded.filter(({ fault }) => fault !== null);
  return {
    values: { ...values, ...Object.fromEntries(loaded.map(({ name, value }) => [name, value])) },
    faults: broken.map(({ fault }) => fault ?? ''),
    unread: new Set(broken.map(({ name }) => name)),
  };
}

export function loadSecret(name: string, values: Environment, readFile: ReadFile): Loaded {
  const variable = `${name}_FILE`;
  const path = values[variable];
  if (path === undefined) return { name, value: values[name], fault: null };
  if (values[name] === undefined) return { name, ...loadFile(variable, path, readFile) };
  return { name, value: undefined, fault: `${name} and ${variable} are both set: remove one of them` };
}

function loadFile(variable: string, path: string, readFile: ReadFile): Omit<Loaded, 'name'> {
  try {
    // Editors and `echo` end a file with a line break that is no part of the secret.
    const value = readFile(path).replace(/\r?\n$/, '');
    if (value.trim() !== '') return { value, fault: null };
    return { value: undefined, fault: `${variable} names an empty file: put the value into it` };
  } catch {
    return {
      value: undefined,
      fault: `${variable} names a file that cannot be read: check path and permission`,
    };
  }
}
