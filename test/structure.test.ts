import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { HOMES, violations } from './support/structure.ts';

const root = join(import.meta.dirname, '..');

test('every folder of src knows only those before it, and every package has one home', async () => {
  const files = await source();
  expect(files.size).toBeGreaterThan(0);
  expect(violations(files)).toEqual([]);
});

test('every dependency has a home, and no home is for a package that is gone', async () => {
  const { dependencies, peerDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  expect(Object.keys(HOMES).sort()).toEqual(Object.keys({ ...dependencies, ...peerDependencies }).sort());
});

describe('the check itself', () => {
  const clean = {
    'src/presence/record.ts': 'export const record = (now: number) => new Date(now);',
    'src/store/store.ts': "import { record } from '../presence/record.ts'; export const store = { record };",
    'src/store/apply.lua': 'return 1',
    'src/hub/clock.ts': 'export const now = () => Date.now(); export const timer = setTimeout;',
    'src/hub/hub.ts': "import { now } from './clock.ts'; export const hub = { setTimeout: now, at: now.setTimeout };",
    'src/server/main.ts': "import { createServer } from 'node:http'; export const t = [createServer, new Date()];",
    'src/client/client.ts': "export { useState } from 'react';",
    'src/pages/page.ts': "export * from '../client/client.ts';",
    'src/index.ts': "export * from './server/main.ts'; export * from './client/client.ts';",
  };

  test('lets a clean tree pass', () => {
    expect(violations(tree(clean))).toEqual([]);
  });

  test.each([
    ['an import to the right', 'src/hub/x.ts', "import '../server/main.ts';"],
    ['a type import to the right', 'src/presence/x.ts', "import type { a } from '../store/store.ts';"],
    ['a re-export from the right', 'src/store/x.ts', "export * from '../hub/hub.ts';"],
    ['a late import to the right', 'src/store/x.ts', "export const x = () => import('../hub/hub.ts');"],
    ['an import inside a type', 'src/store/x.ts', "export type X = import('../hub/hub.ts').X;"],
    ['an import by a computed name', 'src/server/x.ts', 'export const x = (name: string) => import(name);'],
    ['a file that is not there', 'src/hub/x.ts', "import '../store/gone.ts';"],
    ['an import without its ending', 'src/hub/x.ts', "import './hub';"],
    ['an import from outside src', 'src/hub/x.ts', "import '../../test/support/structure.ts';"],
    ['an unknown folder', 'src/utils/x.ts', ''],
    ['an unknown file beside the index', 'src/x.ts', ''],
    ['the client knowing the server', 'src/client/x.ts', "import '../presence/record.ts';"],
    ['the server knowing the client', 'src/server/x.ts', "import '../client/client.ts';"],
    ['the client knowing a page', 'src/client/x.ts', "import '../pages/page.ts';"],
    ['a folder knowing the index', 'src/server/x.ts', "import '../index.ts';"],
    ['a package away from home', 'src/hub/x.ts', "import { Redis } from 'ioredis';"],
    ['a part of a package away from home', 'src/graphql/x.ts', "import 'graphql-ws/use/ws';"],
    ['a scoped package away from home', 'src/server/x.ts', "import '@pothos/core';"],
    ['a package without a home', 'src/server/x.ts', "import 'left-pad';"],
    ['a package with the name of an object member', 'src/server/x.ts', "import 'constructor';"],
    ['a node module in the rules', 'src/presence/x.ts', "import 'node:crypto';"],
    ['a node module in the client', 'src/client/x.ts', "import 'node:events';"],
    ['a timer', 'src/hub/x.ts', 'setTimeout(() => {}, 1);'],
    ['a timer handed on', 'src/graphql/x.ts', 'export const x = { setInterval };'],
    ['a timer by the global object', 'src/store/x.ts', 'globalThis.setTimeout(() => {}, 1);'],
    ['a timer by import', 'src/store/x.ts', "import { setTimeout as wait } from 'node:timers/promises';"],
    ['the time', 'src/presence/x.ts', 'export const x = Date.now();'],
    ['the time as a function', 'src/store/x.ts', 'export const x = { now: Date.now };'],
    ['the time as a date', 'src/hub/x.ts', 'export const x = new Date();'],
    ['the monotonic time', 'src/hub/x.ts', 'export const x = performance.now();'],
    ['chance in a rule', 'src/presence/x.ts', 'export const x = Math.random();'],
    ['the environment in a rule', 'src/presence/x.ts', 'export const x = process.env;'],
    ['waiting in a rule', 'src/presence/x.ts', 'export const x = async (y: Promise<void>) => await y;'],
    ['a file that does not parse', 'src/hub/x.ts', 'export const = 1;'],
  ])('finds %s', (_, file, text) => {
    const found = violations(tree({ ...clean, [file]: text }));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(file);
  });
});

function tree(files: Readonly<Record<string, string>>): Map<string, string> {
  return new Map(Object.entries(files));
}

async function source(): Promise<Map<string, string>> {
  const entries = await readdir(join(root, 'src'), { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const named = paths.map(async (path) => [path.slice(root.length + 1), await readFile(path, 'utf8')] as const);
  return new Map(await Promise.all(named));
}
