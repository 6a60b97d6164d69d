/** The rows of docs/faults.md and docs/security.md, and whether the test that a row names is one that runs. */

import ts from 'typescript';
import { readText } from './project.ts';

export interface Row {
  readonly what: string;
  readonly file: string;
  readonly test: string;
}

export function readRows(document: string): { readonly rows: Row[]; readonly unreadable: string[] } {
  const lines = readText(document).split('\n');
  const body = lines.filter((line) => /^\| (?!what happens|promise)/.test(line));
  const rows = body.flatMap((line) => {
    const [, what, file, test] = /^\| (.+?) \| .+ \| `(test\/[^`]+)`: (.+?) \|$/.exec(line) ?? [];
    return what === undefined || file === undefined || test === undefined ? [] : [{ what, file, test }];
  });
  return {
    rows,
    unreadable: body.filter((line) => !rows.some(({ what }) => line.startsWith(`| ${what} |`))),
  };
}

/** Null where a test or a case of that name runs; else what is wrong. What skips by condition is for `skips.ts` to judge. */
export function faultOf({ file, test }: Row): string | null {
  const tree = treeOf(file);
  let fault: string | null = `${file} has no test named so`;
  const visit = (node: ts.Node): void => {
    const isNamed =
      (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) && node.getText().includes(test);
    const callees = isNamed || isProperty(node, test) ? calleesAbove(node) : [];
    if (callees.some((callee) => /^(it|test|describe)\b/.test(callee))) {
      fault = callees.some((callee) => /\.(skip|todo|fails)\b/.test(callee)) ? `${file} skips it` : null;
    }
    if (fault !== null) ts.forEachChild(node, visit);
  };
  visit(tree);
  return fault;
}

const trees = new Map<string, ts.SourceFile>();

/** Many rows name the same file. */
function treeOf(file: string): ts.SourceFile {
  const tree = trees.get(file) ?? ts.createSourceFile(file, readText(file), ts.ScriptTarget.Latest, true);
  trees.set(file, tree);
  return tree;
}

/** A table may name its cases by its keys. */
function isProperty(node: ts.Node, name: string): boolean {
  return ts.isPropertyAssignment(node) && node.name.getText() === name;
}

/** `it.each(cases)` of the test, also where `cases` has a name, and `describe` of what is around it. */
function calleesAbove(node: ts.Node): string[] {
  const callees: string[] = [];
  for (let up = node.parent as ts.Node | undefined; up !== undefined; up = up.parent) {
    if (ts.isVariableDeclaration(up)) {
      const uses = new RegExp(`\\b((it|test|describe)[.\\w]*)\\(${up.name.getText()}\\b`, 'g');
      callees.push(...Array.from(up.getSourceFile().text.matchAll(uses), ([, callee = '']) => callee));
    }
    if (ts.isCallExpression(up)) callees.push(up.expression.getText().replace(/\([\s\S]*/, ''));
  }
  return callees;
}
