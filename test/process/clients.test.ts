/** docs/clients.md and the README's section on it, as they stand: the code has the right types, and does what it says. */
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, run, runNode, startProcess, temporaryDirectory } from '../support/server-process.ts';

const ADDRESS = 'http://127.0.0.1:4000';
const [guide, readme, react] = await Promise.all(
  ['docs/clients.md', 'README.md', 'docs/react.md'].map((name) => readFile(join(ROOT, name), 'utf8')),
);

function blocks(text = '', language: string): readonly string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, code]) => code ?? '');
}

test('every example has the types that it uses, and those for Node run as they stand', async () => {
  const examples = blocks(guide, 'ts');
  const section = readme?.split(/^## /m).find((each) => each.startsWith('From your own code\n'));
  const [short = ''] = blocks(section, 'js');
  expect(examples).toHaveLength(3);

  const server = await startProcess();
  await server.ask(
    'dev:backend:server',
    'mutation { upsertChannel(input: { type: "team", key: "7", memberIds: ["grace"] }) { channel { id } } }',
  );

  const folder = await temporaryDirectory();
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const put = (name: string, text: string) => writeFile(join(folder, name), text.replaceAll(ADDRESS, server.url));
  await put('package.json', '{ "type": "module" }');
  const { compilerOptions } = JSON.parse(
    (await readFile(join(ROOT, 'tsconfig.json'), 'utf8')).replace(/^ *\/\/.*$/gm, ''),
  );
  const entry = (folder: string) => [join(ROOT, 'src/client', folder, 'index.ts')];
  const paths = { 'presence-server/client': entry('.'), 'presence-server/react': entry('react') };
  const options = { ...compilerOptions, paths, jsx: 'react-jsx' };
  await put('tsconfig.json', JSON.stringify({ compilerOptions: options, include: ['*.ts', '*.tsx'] }));
  await put('app.tsx', blocks(react, 'tsx').join()); // test/browser/react.test.ts runs it
  for (const [at, code] of examples.entries()) await put(`${at}.ts`, code);
  await put(
    'short.ts',
    short.replace('= document.querySelector(', '= document.querySelector<HTMLElement>(').replaceAll('dot.', 'dot!.'),
  );

  const typed = run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder], { env: {} });
  const play = async (at: number) => {
    const program = runNode(['--import', 'tsx', join(folder, `${at}.ts`)], {
      TSX_TSCONFIG_PATH: join(folder, 'tsconfig.json'),
    });
    expect((await program.exited).code, program.output()).toBe(0);
    return program.output().trim().split('\n');
  };
  const lines = await play(1);
  expect(lines).toContain('ada is editing and ONLINE');
  expect(lines).toContain('grace is BUSY Writing a compiler');
  expect(lines).toContain('STATUS_TEXT_TOO_LONG text false');
  expect(lines.at(-1)).toBe('closed');
  expect(await play(2)).toEqual(expect.arrayContaining(['not allowed: NOT_FOUND', '1 online']));
  expect({ ...(await typed.exited), output: typed.output() }).toMatchObject({ code: 0, output: '' });
});
