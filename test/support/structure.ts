/**
 * The shape of src, as a check: which folder may import which, where each package lives, and who may read time.
 *
 * Policy is in the tables at the top; the rest finds imports and global names in a parsed file. It is stricter than
 * it needs to be where a name could be a global or a local (`const { setTimeout } = clock`): pick another name.
 */
import { posix } from 'node:path';
import { parseSync, type Span, Visitor } from 'oxc-parser';

/** Each folder imports from itself and from those before it. */
const CHAIN = ['presence', 'store', 'hub', 'graphql', 'server'];

/** What runs in browsers: a chain of its own, which knows nothing of the other and is unknown to it. */
const BROWSER_CHAIN = ['client', 'pages'];

const FOLDERS = [...CHAIN, ...BROWSER_CHAIN];

/** The file that gathers what the package exports, and so may import everything. */
const INDEX = 'src/index.ts';

/** The folders in which a package may be imported. A package that is not listed may be imported nowhere. */
export const HOMES: Readonly<Record<string, readonly string[]>> = {
  'graphql-redis-subscriptions': ['store'],
  'graphql-subscriptions': ['store'],
  'ical.js': ['hub'],
  ioredis: ['store'],
  lmdb: ['store'],
  'lru-cache': ['store', 'hub', 'graphql'],
  '@pothos/core': ['graphql'],
  'graphql-scalars': ['graphql'],
  graphql: ['graphql', 'server'],
  '@graphql-yoga/render-graphiql': ['server'],
  'graphql-yoga': ['server'],
  jose: ['server'],
  pino: ['server'],
  ws: ['server'],
  'graphql-ws': ['server'],
  react: ['client'],
  'prom-client': ['server'],
  'rate-limiter-flexible': ['store'],
  '@opentelemetry/api': ['server'],
  zod: ['store', 'hub', 'graphql', 'server'],
};

const NO_NODE_MODULES = ['presence', ...BROWSER_CHAIN];

const TIME = {
  globals: ['setTimeout', 'setInterval', 'performance', 'Date()', 'new Date()'],
  members: ['Date.now', 'Temporal.Now', 'process.hrtime', 'process.uptime'],
  modules: ['node:timers', 'node:timers/promises', 'node:perf_hooks'],
  allowed: (file: string): boolean =>
    file === 'src/hub/clock.ts' || ['server', ...BROWSER_CHAIN].includes(folderOf(file)),
};

/** Rules are functions of their arguments. */
const IMPURE = {
  globals: ['process', 'console', 'crypto', 'fetch', 'await'],
  members: ['Math.random'],
  allowed: (file: string): boolean => folderOf(file) !== 'presence',
};

/**
 * What is wrong with the given files, one sentence each; empty when nothing is.
 * @param files text by path, with paths such as `src/hub/hub.ts`
 */
export function violations(files: ReadonlyMap<string, string>): string[] {
  return [...files].flatMap(([file, text]) => {
    if (!isKnown(file)) return [`${file} is in no known folder (${FOLDERS.join(', ')})`];
    if (!file.endsWith('.ts')) return [];
    const { imports, names, errors } = read(file, text);
    const line = (at: number): string => `${file}:${text.slice(0, at).split('\n').length}`;
    return [
      ...errors.map((error) => `${file} does not parse: ${error}`),
      ...imports.flatMap(({ name, at }) => wrongImport(file, name, files).map((why) => `${line(at)} ${why}`)),
      ...names.flatMap(({ name, at }) => wrongName(file, name).map((why) => `${line(at)} ${why}`)),
    ];
  });
}

function isKnown(file: string): boolean {
  return file === INDEX || FOLDERS.includes(folderOf(file));
}

function wrongImport(file: string, specifier: string | undefined, files: ReadonlyMap<string, string>): string[] {
  if (specifier === undefined) return ['imports a name that is only known at run time'];
  if (specifier.startsWith('.')) return wrongFile(file, specifier, files);
  if (specifier.startsWith('node:')) return wrongNodeModule(file, specifier);
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  const homes = Object.hasOwn(HOMES, name) ? HOMES[name] : undefined;
  if (!homes) return [`imports ${name}, which has no home: list it in ${SELF}`];
  return file === INDEX || homes.includes(folderOf(file)) ? [] : [`imports ${name}, whose home is ${homes.join(', ')}`];
}

const SELF = 'test/support/structure.ts';

function wrongFile(file: string, specifier: string, files: ReadonlyMap<string, string>): string[] {
  const target = posix.join(posix.dirname(file), specifier);
  if (!files.has(target)) return [`imports ${specifier}, which is not a file in src`];
  if (file === INDEX || folderOf(file) === folderOf(target)) return [];
  if (target === INDEX) return [`imports ${INDEX}, which is for the package's users`];
  const leftOf = (chain: readonly string[]) => chain.slice(0, Math.max(0, chain.indexOf(folderOf(file))));
  if ([CHAIN, BROWSER_CHAIN].some((chain) => leftOf(chain).includes(folderOf(target)))) return [];
  return [`imports ${target}, but ${folderOf(file)} may not know ${folderOf(target)}`];
}

function wrongNodeModule(file: string, specifier: string): string[] {
  if (NO_NODE_MODULES.includes(folderOf(file))) return [`imports ${specifier}, but ${folderOf(file)} runs anywhere`];
  if (TIME.modules.includes(specifier) && !TIME.allowed(file))
    return [`imports ${specifier}: time comes from the clock`];
  return [];
}

function wrongName(file: string, name: string): string[] {
  const isTime = TIME.globals.includes(name) || TIME.members.includes(name);
  if (isTime && !TIME.allowed(file)) return [`uses ${name}: time comes from src/hub/clock.ts or as an argument`];
  const isImpure = IMPURE.globals.includes(name) || IMPURE.members.includes(name);
  return isImpure && !IMPURE.allowed(file) ? [`uses ${name}, but a rule depends on its arguments alone`] : [];
}

/** The folder under src; the file's own name for a file directly in src. */
function folderOf(file: string): string {
  return file.split('/')[1] ?? '';
}

interface Found {
  readonly imports: readonly { readonly name: string | undefined; readonly at: number }[];
  /** Global names and `Object.member` pairs, as the tables spell them. */
  readonly names: readonly { readonly name: string; readonly at: number }[];
  readonly errors: readonly string[];
}

function read(file: string, text: string): Found {
  const { program, errors } = parseSync(file, text);
  const imports: { name: string | undefined; at: number }[] = [];
  const names: { name: string; at: number }[] = [];
  const notReferences = new Set<Span>(); // `timeout` in `x.timeout` and in `{ timeout: 1 }`

  const addImport = (source: { type: string; value?: unknown; start: number } | null): void => {
    if (source) imports.push({ name: typeof source.value === 'string' ? source.value : undefined, at: source.start });
  };
  const skipKey = (node: { computed: boolean; key: Span }): void => {
    if (!node.computed) notReferences.add(node.key);
  };

  new Visitor({
    ImportDeclaration: (node) => addImport(node.source),
    ExportNamedDeclaration: (node) => addImport(node.source),
    ExportAllDeclaration: (node) => addImport(node.source),
    ImportExpression: (node) => addImport(node.source),
    TSImportType: (node) => addImport(node.source),
    ImportSpecifier: (node) => notReferences.add(node.imported),
    Property: skipKey,
    MethodDefinition: skipKey,
    PropertyDefinition: skipKey,
    TSPropertySignature: skipKey,
    TSMethodSignature: skipKey,
    MemberExpression(node) {
      if (node.computed || node.property.type !== 'Identifier') return;
      notReferences.add(node.property);
      if (node.object.type !== 'Identifier') return;
      const { name } = node.object;
      names.push({
        name: name === 'globalThis' ? node.property.name : `${name}.${node.property.name}`,
        at: node.start,
      });
    },
    Identifier(node) {
      if (!notReferences.has(node)) names.push({ name: node.name, at: node.start });
    },
    CallExpression(node) {
      if (node.callee.type === 'Identifier') names.push({ name: `${node.callee.name}()`, at: node.start });
    },
    NewExpression(node) {
      if (node.callee.type !== 'Identifier' || node.arguments.length > 0) return;
      names.push({ name: `new ${node.callee.name}()`, at: node.start });
    },
    AwaitExpression: (node) => names.push({ name: 'await', at: node.start }),
  }).visit(program);

  return { imports, names, errors: errors.map((error) => error.message) };
}
