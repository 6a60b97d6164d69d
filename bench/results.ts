/** RESULTS.md: a section for each row. Measuring one row again replaces its section and leaves the others. */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { type Figure, type Goal, OURS, type Row, type Sample, type Spread, spreadOf } from './row.ts';

const FILE = `${import.meta.dirname}/RESULTS.md`;
const HEADING = `# Results of the bench

Written by \`npm run bench\`: medians, in brackets the least and the most of the rounds. Ratios are of the same round.
`;

export function recordSection(row: Row, samples: readonly Sample[]): string {
  const section = toSection(row, samples);
  const sections = new Map(readSections().map((text) => [nameOf(text), text]));
  sections.set(row.name, section);
  const inOrder = [...sections].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text.trimEnd());
  writeFileSync(FILE, `${[HEADING, ...inOrder].join('\n')}\n`);
  return section;
}

function readSections(): readonly string[] {
  if (!existsSync(FILE)) return [];
  return readFileSync(FILE, 'utf8')
    .split(/^(?=## )/m)
    .filter((text) => text.startsWith('## '))
    .map((text) => `${text.trim()}\n`);
}

const nameOf = (section: string): string => /^## `(.+?)`/.exec(section)?.[1] ?? section;

function toSection(row: Row, samples: readonly Sample[]): string {
  const contenders = [...new Set([OURS, ...samples.map(({ contender }) => contender)])];
  const head = ['figure', ...contenders, 'to reach', 'reached'];
  const lines = row.figures.map((figure) => toLine(figure, contenders, samples));
  const rounds = new Set(samples.map(({ round }) => round)).size;
  return [
    `## \`${row.name}\`: ${row.title}\n`,
    toTableLine(head),
    toTableLine(head.map(() => '---')),
    ...lines.map(toTableLine),
    `\n${row.note}\n`,
    `${rounds} ${rounds === 1 ? 'round' : 'rounds'}; ${machine()}.\n`,
  ].join('\n');
}

function toLine(
  figure: Figure,
  contenders: readonly string[],
  samples: readonly Sample[],
): readonly string[] {
  const cells = contenders.map((contender) => toCell(spreadOf(valuesOf(samples, contender, figure.name))));
  const judged = figure.goals.map((goal) => judge(goal, figure, samples));
  return [
    [figure.name, figure.unit].filter((part) => part !== '').join(', '),
    ...cells,
    judged.map(({ wanted }) => wanted).join('; ') || '–',
    judged.map(({ verdict }) => verdict).join('; ') || '–',
  ];
}

function judge(
  { bound, value, rival }: Goal,
  figure: Figure,
  samples: readonly Sample[],
): { readonly wanted: string; readonly verdict: string } {
  const sign = bound === 'at-most' ? '≤' : '≥';
  const wanted = rival === null ? `${sign} ${value}` : `${sign} ${value} × ${rival}`;
  const values =
    rival === null ? valuesOf(samples, OURS, figure.name) : ratiosOf(samples, figure.name, rival);
  const spread = spreadOf(values);
  if (spread === null) return { wanted, verdict: 'not measured' };
  const isReached = bound === 'at-most' ? spread.median <= value : spread.median >= value;
  return { wanted, verdict: `${isReached ? 'yes' : 'no'}${rival === null ? '' : `: ${toCell(spread)} ×`}` };
}

const valuesOf = (samples: readonly Sample[], contender: string, figure: string): readonly number[] =>
  samples.filter((sample) => sample.contender === contender).flatMap(({ figures }) => figures[figure] ?? []);

function ratiosOf(samples: readonly Sample[], figure: string, rival: string): readonly number[] {
  return samples
    .filter(({ contender }) => contender === OURS)
    .flatMap(({ round, figures }) => {
      const other = samples.find((sample) => sample.contender === rival && sample.round === round);
      const [own, their] = [figures[figure], other?.figures[figure]];
      return own === undefined || their === undefined || their === 0 ? [] : [own / their];
    });
}

function toCell(spread: Spread | null): string {
  if (spread === null) return '–';
  const { median, least, most } = spread;
  return least === most ? digits(median) : `${digits(median)} (${digits(least)} to ${digits(most)})`;
}

function digits(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en-US');
  const [size] = [Math.abs(value)];
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

const toTableLine = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function machine(): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: import.meta.dirname });
  const day = new Date().toISOString().slice(0, 10);
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  const [load = 0] = loadavg();
  return (
    `${day}, commit ${commit.toString().trim()}, Node ${process.versions.node}, ` +
    `${availableParallelism()} cores of ${cpus()[0]?.model ?? 'an unknown processor'}, ${memory} GiB, load ${load.toFixed(1)} at the end`
  );
}
