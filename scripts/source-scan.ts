import { parseSync } from 'vite';

/** One place where a module names another one. */
export interface Import {
  /** The name as written: `./room.ts`, `ws`, `node:fs`. */
  readonly specifier: string;
  /** Line in the file, from 1. */
  readonly line: number;
}

/** Part of a syntax tree (ESTree with TypeScript), as far as this file looks into it. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

/** Node types whose `source` names a module. */
const IMPORTING = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
]);

/**
 * Every module that a TypeScript source names: imports, re-exports, dynamic imports and `import('…')` in types. Types
 * count like values: a reader follows them all the same.
 * @throws Error when the source does not parse.
 */
export function findImports(file: string, source: string): Import[] {
  const imports: Import[] = [];
  visit(parse(file, source), (node) => {
    if (!IMPORTING.has(node.type)) return undefined;
    const specifier = stringValue(node['source']);
    if (specifier !== null) imports.push({ specifier, line: lineAt(source, node.start) });
    return undefined;
  });
  return imports;
}

/** Every `process.argv` and `process.env` in a source, by line. */
export function findProcessReads(file: string, source: string): number[] {
  const lines: number[] = [];
  visit(parse(file, source), (node) => {
    if (node.type !== 'MemberExpression') return undefined;
    const { object, property } = node as Node & { object: Node; property: Node };
    const name = property['name'] ?? property['value'];
    if (object['name'] === 'process' && (name === 'argv' || name === 'env')) lines.push(lineAt(source, node.start));
    return undefined;
  });
  return lines;
}

/**
 * Every switch without a default that the compiler does not know to be complete, by line: it does where every case returns a value, and
 * elsewhere a case that is added later is passed over without a word.
 */
export function findOpenSwitches(file: string, source: string): number[] {
  const lines: number[] = [];
  visit(parse(file, source), (node) => {
    if (node.type !== 'SwitchStatement') return undefined;
    const cases = node['cases'] as Node[];
    const hasDefault = cases.some((one) => one['test'] === null);
    if (!hasDefault && leavesWithoutValue(cases)) lines.push(lineAt(source, node.start));
    return undefined;
  });
  return lines;
}

/** Whether there is a `break` or a bare `return`, but for those of functions inside. */
function leavesWithoutValue(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(leavesWithoutValue);
  if (typeof value !== 'object' || value === null) return false;
  const node = value as Node;
  if (node.type === 'BreakStatement') return true;
  if (node.type === 'ReturnStatement') return node['argument'] === null;
  if (node.type === 'FunctionDeclaration' || ('type' in node && isFunction(node))) return false;
  return Object.values(node).some(leavesWithoutValue);
}

/** Every member with the modifier `private`, by line, but for constructors, which have no other way. */
export function findPrivateModifiers(file: string, source: string): number[] {
  const lines: number[] = [];
  visit(parse(file, source), (node) => {
    if (node['accessibility'] === 'private' && node['kind'] !== 'constructor') lines.push(lineAt(source, node.start));
    return undefined;
  });
  return lines;
}

/** A test by its title, with the titles of the groups around it. */
export interface TestTitle {
  readonly text: string;
  /** Titles of the `describe` calls around the test, outermost first. */
  readonly groups: readonly string[];
  /** Line in the file, from 1. */
  readonly line: number;
}

/**
 * Every test of a file: `test('…')` and `it('…')` with their variants (`test.each(…)`), grouped by `describe` and
 * `test.describe`. A title with values in it is read up to its first one; one that is computed is read as empty.
 */
export function findTests(file: string, source: string): TestTitle[] {
  const tests: TestTitle[] = [];
  const groups: string[] = [];
  visit(parse(file, source), (node) => {
    if (node.type !== 'CallExpression') return undefined;
    const names = calleeNames(node['callee'] as Node);
    const args = node['arguments'] as Node[];
    // A test has a title and a body; `test.use(…)`, `test.beforeEach(…)` and the inner call of `test.each(…)(…)` do not.
    if (args.length < 2 || !args.some(isFunction) || names.some((name) => SET_UP.has(name))) return undefined;
    const text = stringValue(args[0]) ?? '';
    if (names.includes('describe')) {
      groups.push(text);
      return () => {
        groups.pop();
      };
    }
    if (names[0] === 'test' || names[0] === 'it')
      tests.push({ text, groups: [...groups], line: lineAt(source, node.start) });
    return undefined;
  });
  return tests;
}

/** Calls on `test` that take a function and make no test. */
const SET_UP = new Set(['step', 'extend', 'use', 'beforeEach', 'beforeAll', 'afterEach', 'afterAll']);

function isFunction(node: Node): boolean {
  return node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression';
}

/** The names along a callee, from the left: `test.describe.serial` and `test.each(rows)` begin with `test`. */
function calleeNames(callee: Node): string[] {
  switch (callee.type) {
    case 'Identifier':
      return [String(callee['name'])];
    case 'MemberExpression': {
      const own = (callee['property'] as Node)['name'];
      return [...calleeNames(callee['object'] as Node), ...(typeof own === 'string' ? [own] : [])];
    }
    case 'CallExpression':
      return calleeNames(callee['callee'] as Node);
    default:
      return [];
  }
}

function parse(file: string, source: string): Node {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0]?.message}`);
  return program as unknown as Node;
}

/** Walks a tree in the order of the source. What `enter` returns is called when its node is left. */
function visit(value: unknown, enter: (node: Node) => (() => void) | undefined): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, enter);
  } else if (typeof value === 'object' && value !== null) {
    const leave = 'type' in value && 'start' in value ? enter(value as Node) : undefined;
    for (const child of Object.values(value)) visit(child, enter);
    leave?.();
  }
}

/** The text of a string literal, or of a template up to its first value; null for anything else. */
function stringValue(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const node = value as Node;
  if (node.type === 'Literal' && typeof node['value'] === 'string') return node['value'];
  if (node.type === 'TSLiteralType') return stringValue(node['literal']);
  if (node.type === 'TemplateLiteral') {
    const [first] = node['quasis'] as { value: { cooked: string } }[];
    return first?.value.cooked ?? null;
  }
  return null;
}

function lineAt(source: string, offset: number): number {
  let line = 1;
  for (let i = source.indexOf('\n'); i !== -1 && i < offset; i = source.indexOf('\n', i + 1)) line += 1;
  return line;
}
