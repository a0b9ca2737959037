import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { takeLock } from '../../src/store/lock.ts';
import { StoreRefused } from '../../src/store/store.ts';
import { type Child, start } from './child.ts';
import { dataFile, newDataDir, openIn } from './data-dir.ts';
import { named, person } from './samples.ts';

const ada = person('ada');

describe('a data directory is for one process at a time:', () => {
  test('a second store in the same process is refused, with a sentence that names the directory', async () => {
    const directory = await newDataDir();
    const store = await openIn(directory);
    const refusal = await openIn(directory).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StoreRefused);
    expect(String(refusal)).toContain(`The data directory ${directory} is in use by another running server.`);
    await store.update(ada, named('Ada'));
    await store.close();
  });

  test('by any of its names', async () => {
    const directory = await newDataDir();
    const store = await openIn(directory);
    await expect(openIn(join(directory, '..', directory.split('/').at(-1) ?? '', '.'))).rejects.toThrow(StoreRefused);
    await store.close();
  });

  test('a second process is refused, and is let in at once when the first has closed', async () => {
    const directory = await newDataDir();
    const store = await openIn(directory);
    const child = await ready();
    expect(await askToOpen(child, directory)).toBe('refused');
    await store.close();
    expect(await askToOpen(child, directory)).toBe('opened');
    await expect(openIn(directory)).rejects.toThrow(StoreRefused);
  });

  test('a process that was killed is in nobody’s way, not for a moment', async () => {
    const directory = await newDataDir();
    const child = await ready();
    expect(await askToOpen(child, directory)).toBe('opened');
    await child.kill();
    const store = await openIn(directory);
    await store.close();
    expect(await flags(directory)).toEqual([]);
  });

  test('a process that is stopped still has it', async () => {
    const directory = await newDataDir();
    const child = await ready();
    expect(await askToOpen(child, directory)).toBe('opened');
    child.process.kill('SIGSTOP');
    await expect(openIn(directory)).rejects.toThrow(StoreRefused);
  });

  test('of many who come at the same moment exactly one is let in', async () => {
    const directory = await newDataDir();
    for (let round = 0; round < 20; round++) {
      await leaveDeadFlag(directory);
      const takers = await Promise.allSettled(Array.from({ length: 10 }, () => takeLock(directory)));
      const taken = takers.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      expect(taken).toHaveLength(1);
      expect(await flags(directory)).toHaveLength(1);
      await taken[0]?.release();
    }
  });

  test('of many processes that find the lock of a dead one exactly one is let in', async () => {
    const directory = await newDataDir();
    const children = await Promise.all(Array.from({ length: 4 }, ready));
    for (let round = 0; round < 25; round++) {
      await leaveDeadFlag(directory);
      const answers = await Promise.all(children.map((child) => askToOpen(child, directory)));
      expect(answers.toSorted()).toEqual(['opened', 'refused', 'refused', 'refused']);
      for (const child of children) child.send('close');
      await Promise.all(children.map((child) => child.line()));
    }
    expect(await flags(directory)).toEqual([]);
  });
});

test('an open store does not keep its process alive', async () => {
  const child = await ready();
  expect(await askToOpen(child, await newDataDir())).toBe('opened');
  const ended = new Promise((resolve) => child.process.once('exit', resolve));
  child.process.stdin?.end();
  expect(await ended).toBe(0);
});

test('a path too long for a socket has a lock all the same', async () => {
  const directory = join(await newDataDir(), 'ä'.repeat(60), 'b'.repeat(60));
  vi.stubEnv('TMPDIR', await newDataDir());
  onTestFinished(() => void vi.unstubAllEnvs());
  const store = await openIn(directory);
  await expect(openIn(directory)).rejects.toThrow(StoreRefused);
  await store.close();
  const again = await openIn(directory);
  await again.close();
});

test('closing leaves nothing behind but the file', async () => {
  const directory = await newDataDir();
  await (await openIn(directory)).close();
  expect((await readdir(directory)).filter((name) => name !== 'presence.mdb-lock')).toEqual(['presence.mdb']);
});

test('what somebody else put into the directory is left alone', async () => {
  const directory = await newDataDir();
  const strangers = ['lock-0123456789ab.sock', 'notes.txt'];
  for (const name of strangers) await writeFile(join(directory, name), 'mine');
  await (await openIn(directory)).close();
  expect(await readdir(directory)).toEqual(expect.arrayContaining(strangers));
});

test('a refusal lets go of the directory', async () => {
  const directory = await newDataDir();
  await writeFile(dataFile(directory), 'not a database');
  await expect(openIn(directory)).rejects.toThrow(StoreRefused);
  await rm(dataFile(directory));
  await (await openIn(directory)).close();
});

test('a process that was killed while it made the file is in nobody’s way', async () => {
  const directory = await newDataDir();
  await writeFile(`${dataFile(directory)}.new`, 'half of it');
  const store = await openIn(directory);
  await store.update(ada, named('Ada'));
  await store.close();
});

describe('a directory that cannot be used is refused with a sentence that says why:', () => {
  test('there is a file of that name', async () => {
    const path = join(await newDataDir(), 'file');
    await writeFile(path, 'mine');
    await expect(openIn(path)).rejects.toThrow(
      `The data directory ${path} cannot be used: there is a file of that name`,
    );
    await expect(openIn(join(path, 'data'))).rejects.toThrow('a part of its path is a file');
  });

  test('this process may not write to it', async () => {
    const directory = join(await openToAll(await newDataDir()), 'data');
    await mkdir(directory, { mode: 0o555 });
    await asNobody(() => expect(openIn(directory)).rejects.toThrow('this process may not read and write it'));
    expect(await readdir(directory)).toEqual([]);
  });

  test('this process may not read its file', async () => {
    const directory = await openToAll(await newDataDir());
    await (await openIn(directory)).close();
    await chmod(dataFile(directory), 0o000);
    await asNobody(() => expect(openIn(directory)).rejects.toThrow('this process may not read and write it'));
  });
});

async function openToAll(directory: string): Promise<string> {
  await chmod(directory, 0o777);
  return directory;
}

async function ready(): Promise<Child> {
  const child = start('opener.ts');
  expect(await child.line()).toBe('ready');
  return child;
}

function askToOpen(child: Child, directory: string): Promise<string> {
  child.send(`open ${directory}`);
  return child.line();
}

async function flags(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.startsWith('lock-'));
}

/** What `kill -9` leaves: a socket that nobody listens on. Node removes a socket it closes, but not by its new name. */
async function leaveDeadFlag(directory: string): Promise<void> {
  const server = createServer().listen(join(directory, 'socket'));
  await once(server, 'listening');
  await rename(join(directory, 'socket'), join(directory, `lock-${randomBytes(6).toString('hex')}.sock`));
  server.close();
  await once(server, 'close');
}

/** Does something as a user who owns nothing; as the one who runs the tests when that is not the superuser. */
async function asNobody(what: () => Promise<void>): Promise<void> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    await what();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
