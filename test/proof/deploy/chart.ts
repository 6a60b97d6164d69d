/**
 * The chart as Helm renders it: by Helm itself where it is installed, and by what is below, which knows the few of Go's
 * templates that the chart uses and throws at anything else.
 */

import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { readText, ROOT } from '../../support/project.ts';
import type { KubernetesObject } from './type-check.ts';

export const CHART = 'deploy/helm/scanprogress';

type Values = Readonly<Record<string, unknown>>;

export function hasHelm(): boolean {
  try {
    execFileSync('helm', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export function renderByHelm(sets: readonly string[]): readonly KubernetesObject[] {
  const args = ['template', 'scanprogress', join(ROOT, CHART), '--kube-version=1.30.0'];
  const options = sets.map((set) => `--set=${set}`);
  return objectsOf(execFileSync('helm', [...args, ...options], { encoding: 'utf8' }));
}

/** `sets`: such as `mode=http`, as `helm --set` takes them. */
export function renderHere(sets: readonly string[]): readonly KubernetesObject[] {
  const values = parse(readText(`${CHART}/values.yaml`)) as Record<string, unknown>;
  for (const set of sets) assign(values, set);
  const { appVersion } = parse(readText(`${CHART}/Chart.yaml`)) as { appVersion: string };
  const root = { Values: values, Release: { Name: 'scanprogress' }, Chart: { AppVersion: appVersion } };
  const files = globSync(`${CHART}/templates/*.yaml`, { cwd: ROOT }).toSorted();
  return files.flatMap((file) => objectsOf(render(readText(file), root)));
}

function objectsOf(text: string): KubernetesObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    if (document.errors.length > 0) throw new Error(`${document.errors.join()} in ${text}`);
    const object = document.toJS() as KubernetesObject | null;
    return object === null ? [] : [object];
  });
}

function assign(values: Record<string, unknown>, set: string): void {
  const [path = '', text = ''] = set.split('=');
  const names = path.split('.');
  const last = names.pop() ?? '';
  const into = names.reduce((at, name) => at[name] as Record<string, unknown>, values);
  into[last] = parse(text);
}

type Token = { readonly text: string } | { readonly action: string };

function render(template: string, root: Values): string {
  const tokens = tokenize(template);
  const { text, next } = renderBlock(tokens, 0, root);
  if (next < tokens.length) throw new Error(`an end without a beginning in ${template}`);
  return text;
}

/** `{{-` takes the white space before it away, `-}}` that behind it. */
function tokenize(template: string): Token[] {
  return template.split(/(\s*\{\{- .*? (?:-\}\}\s*|\}\})|\{\{ .*? (?:-\}\}\s*|\}\}))/).map((part) => {
    const [, action] = /^\s*\{\{-? (.*?) -?\}\}\s*$/.exec(part) ?? [];
    return action === undefined ? { text: part } : { action };
  });
}

interface Rendered {
  readonly text: string;
  /** Of the token that ended the block: `end` or `else`. */
  readonly next: number;
}

function renderBlock(tokens: readonly Token[], from: number, scope: Values): Rendered {
  let text = '';
  for (let at = from; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token === undefined) break;
    if ('text' in token) text += token.text;
    else if (token.action === 'end' || token.action === 'else') return { text, next: at };
    else if (/^(?:if|range) /.test(token.action)) {
      const block = renderControl(tokens, at, scope);
      text += block.text;
      at = block.next;
    } else text += String(evaluate(token.action, scope));
  }
  return { text, next: tokens.length };
}

function renderControl(tokens: readonly Token[], at: number, scope: Values): Rendered {
  const { action } = tokens[at] as { action: string };
  const [, key, value, list] = /^range \$(\w+), \$(\w+) := (\S+)$/.exec(action) ?? [];
  if (list !== undefined) {
    const entries = Object.entries(evaluate(list, scope) as object).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const each = entries.map(([name, one]) => ({ ...scope, [`$${key}`]: name, [`$${value}`]: one }));
    // Rendered once for its end, too, where there is nothing to go through.
    const { next } = renderBlock(tokens, at + 1, { ...scope, [`$${key}`]: '', [`$${value}`]: '' });
    return { text: each.map((one) => renderBlock(tokens, at + 1, one).text).join(''), next };
  }
  const isTrue = isTruthy(evaluate(action.replace(/^if /, ''), scope));
  const first = renderBlock(tokens, at + 1, scope);
  const token = tokens[first.next];
  if (token === undefined || !('action' in token) || token.action === 'end')
    return { text: isTrue ? first.text : '', next: first.next };
  const second = renderBlock(tokens, first.next + 1, scope);
  return { text: isTrue ? first.text : second.text, next: second.next };
}

function isTruthy(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/** A pipeline: what stands before a bar is the last argument of what follows. */
function evaluate(pipeline: string, scope: Values): unknown {
  return pipeline.split(' | ').reduce<unknown>((before, call, index) => {
    const words = call.match(/"[^"]*"|\S+/g) ?? [];
    const [name = ''] = words;
    const args = words.slice(1).map((word) => operand(word, scope));
    const given = index === 0 ? args : [...args, before];
    if (!(name in FUNCTIONS)) return operand(name, scope);
    return FUNCTIONS[name]?.(...given);
  }, undefined);
}

const FUNCTIONS: Readonly<Record<string, (...args: readonly unknown[]) => unknown>> = {
  eq: (a, b) => a === b,
  default: (other, given) => (isTruthy(given) ? given : other),
  quote: (value) => JSON.stringify(String(value)),
  toYaml: (value) => stringify(value).trimEnd(),
  nindent: (width, text) => `\n${String(text).replace(/^/gm, ' '.repeat(Number(width)))}`,
};

function operand(word: string, scope: Values): unknown {
  if (/^"[^"]*"$/.test(word)) return word.slice(1, -1);
  if (/^\d+$/.test(word)) return Number(word);
  if (word.startsWith('$')) return scope[word];
  if (!/^(?:\.\w+)+$/.test(word)) throw new Error(`what is ${word}?`);
  return word
    .slice(1)
    .split('.')
    .reduce<unknown>((at, name) => (at as Values)[name], scope);
}
