/** Pure: the syntax tree of a file → its mutants. What only a reader sees (log lines, sentences) is left alone. */

import ts from 'typescript';
import { changeSql } from './sql-mutators.ts';

/** One change of the source. `start` and `end` bound a whole expression or statement. */
export interface Mutant {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  readonly isStatement: boolean;
  /** What the list of accepted survivors calls it: no line numbers, so it survives edits elsewhere. */
  readonly name: string;
  readonly line: number;
}

type Emit = (node: ts.Node, ...replacements: readonly (string | Part)[]) => void;

/** A replacement of which only a part is worth a name. */
interface Part {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

const LOG_CALL = /(^|\.)log(ger)?\.(trace|debug|info|warn|error|fatal)$/;
const NAME_MAX = 110;
/** Calls that are replaced by what they are called on, or by their first argument. */
const DROPPED_METHODS = new Set([
  ...['filter', 'sort', 'toSorted', 'slice', 'reverse', 'toReversed', 'concat', 'flat'],
  ...['trim', 'trimEnd', 'trimStart', 'toLowerCase', 'toUpperCase', 'replace', 'replaceAll'],
]);
const SWAPPED_METHODS = new Map([
  ['some', 'every'],
  ['every', 'some'],
  ['startsWith', 'endsWith'],
  ['endsWith', 'startsWith'],
]);
const COMPARED = new Map([
  ['<', ['<=', '>=']],
  ['<=', ['<', '>']],
  ['>', ['>=', '<=']],
  ['>=', ['>', '<']],
  ['===', ['!==']],
  ['!==', ['===']],
]);
const ARITHMETIC = new Map([
  ['+', '-'],
  ['-', '+'],
  ['*', '/'],
  ['/', '*'],
  ['%', '*'],
  ['+=', '-='],
  ['-=', '+='],
]);

export function findMutants(file: string, source: string): Mutant[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const mutants: Mutant[] = [];
  const names = new Map<string, number>();
  const emit: Emit = (node, ...replacements) => {
    if (continuesChain(node)) return;
    const [start, end] = [node.getStart(tree), node.end];
    for (const one of new Set(replacements)) {
      const part = typeof one === 'string' ? { from: node.getText(tree), to: one, text: one } : one;
      const to = part.to === '' ? 'nothing' : toShort(part.to);
      const base = `${scopeOf(node)}: ${toShort(part.from)} → ${to}`;
      const seen = (names.get(base) ?? 0) + 1;
      names.set(base, seen);
      const name = seen > 1 ? `${base} (${String(seen)})` : base;
      const line = tree.getLineAndCharacterOfPosition(start).line + 1;
      mutants.push({ start, end, replacement: part.text, isStatement: ts.isStatement(node), line, name });
    }
  };
  const visit = (node: ts.Node): void => {
    if (isLeftAlone(node, tree)) return;
    mutate(node, tree, emit);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return mutants;
}

function isLeftAlone(node: ts.Node, tree: ts.SourceFile): boolean {
  if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return true;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return true;
  return ts.isCallExpression(node) && LOG_CALL.test(node.expression.getText(tree));
}

/** In parentheses of its own, the middle of an optional chain would be another program. */
function continuesChain(node: ts.Node): boolean {
  const { parent } = node;
  const isCalled = ts.isExpression(node) && 'expression' in parent && parent.expression === node;
  return isCalled && ts.isOptionalChain(parent);
}

/** The nearest function or constant with a name. */
function scopeOf(node: ts.Node): string {
  for (let up = node.parent; !ts.isSourceFile(up); up = up.parent) {
    if (ts.isFunctionDeclaration(up) && up.name) return up.name.text;
    if (ts.isVariableDeclaration(up) && isOfModule(up)) return up.name.getText();
  }
  return 'module';
}

function isOfModule(node: ts.VariableDeclaration): boolean {
  return ts.isSourceFile(node.parent.parent.parent);
}

function toShort(text: string): string {
  const flat = text.replaceAll(/\s+/g, ' ');
  return flat.length > NAME_MAX ? `${flat.slice(0, NAME_MAX)}…` : flat;
}

function mutate(node: ts.Node, tree: ts.SourceFile, emit: Emit): void {
  if (ts.isIfStatement(node) || ts.isConditionalExpression(node) || ts.isWhileStatement(node))
    mutateCondition(node, emit);
  else if (ts.isBinaryExpression(node)) mutateBinary(node, tree, emit);
  else if (ts.isCallExpression(node)) mutateCall(node, tree, emit);
  else if (ts.isExpressionStatement(node)) mutateStatement(node, tree, emit);
  else if (ts.isNumericLiteral(node)) mutateNumber(node, emit);
  else if (ts.isReturnStatement(node) || ts.isArrowFunction(node)) mutateResult(node, emit);
  else if (ts.isPrefixUnaryExpression(node)) mutatePrefix(node, tree, emit);
  else if (ts.isArrayLiteralExpression(node) && node.elements.length > 0 && !isAssigned(node))
    emit(node, '[]');
  else if (ts.isStringLiteral(node)) mutateString(node, emit);
  else if (ts.isRegularExpressionLiteral(node)) mutateAnchors(node, emit);
  else if (ts.isTaggedTemplateExpression(node)) mutateSql(node, tree, emit);
  else if (node.kind === ts.SyntaxKind.TrueKeyword) emit(node, 'false');
  else if (node.kind === ts.SyntaxKind.FalseKeyword) emit(node, 'true');
}

function mutateCondition(
  node: ts.IfStatement | ts.ConditionalExpression | ts.WhileStatement,
  emit: Emit,
): void {
  if (ts.isWhileStatement(node)) {
    if (node.expression.kind !== ts.SyntaxKind.TrueKeyword) emit(node.expression, 'false');
  } else emit(ts.isIfStatement(node) ? node.expression : node.condition, 'true', 'false');
}

function mutateBinary(node: ts.BinaryExpression, tree: ts.SourceFile, emit: Emit): void {
  const parts = [node.left, node.right, node.operatorToken];
  const [left = '', right = '', operator = ''] = parts.map((part) => part.getText(tree));
  if (operator === '&&' || operator === '||') emit(node, left, right);
  else if (operator === '??') emit(node, left);
  else if (isConstantNumber(node)) {
    const product = `(${node.getText(tree)})`;
    if (!isConstantNumber(node.parent)) emit(node, `${product} * 10`, `${product} / 10`);
  } else {
    const isDecided = isCondition(node) || isOperand(node) || isBooleanResult(node);
    const compared = COMPARED.get(operator)?.filter(
      (_, index, all) => !isDecided || (index === 0 && all.length > 1),
    );
    const computed = isText(node.left) || isText(node.right) ? undefined : ARITHMETIC.get(operator);
    for (const other of [...(compared ?? []), ...(computed === undefined ? [] : [computed])]) {
      emit(node, `${left} ${other} ${right}`);
    }
  }
}

/** Conditions become true and false anyhow, operands are dropped: a negation would say nothing more. */
function isCondition(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isConditionalExpression(parent)) return parent.condition === node;
  return (ts.isIfStatement(parent) || ts.isWhileStatement(parent)) && parent.expression === node;
}

function isOperand({ parent }: ts.Node): boolean {
  if (!ts.isBinaryExpression(parent)) return false;
  const { kind } = parent.operatorToken;
  return kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken;
}

function isBooleanResult(node: ts.Node): boolean {
  const { parent } = node;
  const isResult = ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === node);
  return isResult && isBooleanFunction(parent);
}

function isBooleanFunction(node: ts.Node): boolean {
  for (let up = node; !ts.isSourceFile(up); up = up.parent) {
    if (!ts.isFunctionLike(up)) continue;
    const { type } = up;
    return type?.kind === ts.SyntaxKind.BooleanKeyword || type?.kind === ts.SyntaxKind.TypePredicate;
  }
  return false;
}

function isText(node: ts.Expression): boolean {
  if (ts.isBinaryExpression(node)) return isText(node.left) || isText(node.right);
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
}

/** `30 * 1_000`: one number, of which one digit more or less is a mutant. */
function isConstantNumber(node: ts.Node): boolean {
  if (!ts.isBinaryExpression(node)) return ts.isNumericLiteral(node);
  const { kind } = node.operatorToken;
  const isProduct = kind === ts.SyntaxKind.AsteriskToken || kind === ts.SyntaxKind.AsteriskAsteriskToken;
  return isProduct && isConstantNumber(node.left) && isConstantNumber(node.right);
}

function mutateNumber(node: ts.NumericLiteral, emit: Emit): void {
  const { parent } = node;
  if (isConstantNumber(parent) || (ts.isPropertyAssignment(parent) && parent.name === node)) return;
  const value = Number(node.text.replaceAll('_', ''));
  const isLimit = value >= 10 && ts.isVariableDeclaration(parent);
  if (value === 0) emit(node, '1');
  else emit(node, '0', String(value * 10), ...(isLimit ? [String(value / 10)] : []));
}

function mutateCall(node: ts.CallExpression, tree: ts.SourceFile, emit: Emit): void {
  if (!ts.isPropertyAccessExpression(node.expression)) return;
  const [object, method] = [node.expression.expression.getText(tree), node.expression.name.text];
  const given = node.arguments.map((one) => one.getText(tree));
  if (object === 'Math') emit(node, ...given.filter((one) => !one.startsWith('...')).slice(0, 2));
  else if (DROPPED_METHODS.has(method)) emit(node, object);
  const swapped = SWAPPED_METHODS.get(method);
  if (swapped !== undefined) emit(node, `${object}.${swapped}(${given.join(', ')})`);
}

function mutateStatement(node: ts.ExpressionStatement, tree: ts.SourceFile, emit: Emit): void {
  const inner = ts.isAwaitExpression(node.expression) ? node.expression.expression : node.expression;
  if (ts.isCallExpression(inner) && LOG_CALL.test(inner.expression.getText(tree))) return;
  if (ts.isCallExpression(inner) && inner.expression.kind === ts.SyntaxKind.SuperKeyword) return;
  emit(node, '');
}

function mutateResult(node: ts.ReturnStatement | ts.ArrowFunction, emit: Emit): void {
  const result = ts.isReturnStatement(node) ? node.expression : node.body;
  if (result === undefined || !ts.isExpression(result) || !isBooleanFunction(node)) return;
  if (result.kind !== ts.SyntaxKind.TrueKeyword && result.kind !== ts.SyntaxKind.FalseKeyword)
    emit(result, 'true', 'false');
}

function mutatePrefix(node: ts.PrefixUnaryExpression, tree: ts.SourceFile, emit: Emit): void {
  const isNegation = node.operator === ts.SyntaxKind.ExclamationToken;
  if (isNegation && isCondition(node)) return;
  if (isNegation || node.operator === ts.SyntaxKind.MinusToken) emit(node, node.operand.getText(tree));
}

/** A target of a destructuring assignment is no value. */
function isAssigned({ parent }: ts.Node): boolean {
  return ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;
}

/** Words that the program compares, not sentences that people read. */
function mutateString(node: ts.StringLiteral, emit: Emit): void {
  const { parent } = node;
  const isValue =
    ts.isReturnStatement(parent) || ts.isConditionalExpression(parent) || ts.isPropertyAssignment(parent);
  const isName = ts.isPropertyAssignment(parent) && parent.name === node;
  if (isValue && !isName && /^[a-z_-]+$/i.test(node.text)) emit(node, "''");
}

function mutateSql(node: ts.TaggedTemplateExpression, tree: ts.SourceFile, emit: Emit): void {
  const tag = node.tag.getText(tree);
  if (tag !== 'sql' && tag !== 'oneRow') return;
  const quoted = node.template.getText(tree);
  emit(node, ...changeSql(quoted.slice(1, -1)).map((one) => ({ ...one, text: `${tag}\`${one.text}\`` })));
}

function mutateAnchors(node: ts.RegularExpressionLiteral, emit: Emit): void {
  const { text } = node;
  // `//` would begin a comment.
  if (/^\/\^(?!\/)/.test(text)) emit(node, `/${text.slice(2)}`);
  const end = /(?<!\\)\$(?=\/[a-z]*$)/;
  if (end.test(text)) emit(node, text.replace(end, ''));
}
