/** Kubernetes objects against the published types of its API: a misspelled, missing or misplaced field is an error. */

import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../../support/project.ts';

/** Exists only for the compiler. It lies here so that the types are found. */
const FILE = join(ROOT, 'test/deploy/objects.ts');

/** Modules of kubernetes-types by `apiVersion`. */
const MODULES: Readonly<Record<string, string>> = {
  v1: 'core/v1',
  'apps/v1': 'apps/v1',
  'policy/v1': 'policy/v1',
  'networking.k8s.io/v1': 'networking/v1',
};

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
}

export function typeErrors(objects: readonly KubernetesObject[]): string[] {
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    target: ts.ScriptTarget.ES2024,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const text = objects.map((object, index) => toDeclaration(object, index)).join('\n');
  const program = ts.createProgram([FILE], options, withFile(ts.createCompilerHost(options), text));
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

function toDeclaration(object: KubernetesObject, index: number): string {
  const from = MODULES[object.apiVersion] ?? `unknown: ${object.apiVersion}`;
  const name = `${object.kind}${index}`;
  return [
    `import type { ${object.kind} as ${name} } from 'kubernetes-types/${from}';`,
    `export const object${index}: ${name} = ${JSON.stringify(object)};`,
  ].join('\n');
}

function withFile(host: ts.CompilerHost, text: string): ts.CompilerHost {
  return {
    ...host,
    fileExists: (name) => name === FILE || host.fileExists(name),
    readFile: (name) => (name === FILE ? text : host.readFile(name)),
    getSourceFile: (name, version) =>
      name === FILE ? ts.createSourceFile(name, text, version) : host.getSourceFile(name, version),
  };
}
