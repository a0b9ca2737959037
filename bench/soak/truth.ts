/** What is so, as each server says, against what everybody believes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LOOKS, type Looks, looksOf, type Member } from './member.ts';

export interface Difference {
  readonly watcher: string;
  readonly person: string;
  readonly believed: string | undefined;
  readonly truth: string | undefined;
}

const AT_ONCE = 100; // people in one query
const LAST_WORD = 20_000; // ms in which whatever changes by itself has changed, and been told
const PAUSE = 500; // ms

/** What is still different when nothing changes any more; empty when nobody is wrong. */
export async function differences(
  members: readonly Member[],
  names: readonly string[],
  servers: readonly string[],
): Promise<readonly Difference[]> {
  const end = performance.now() + LAST_WORD;
  for (;;) {
    const late = performance.now() > end;
    const truths = await Promise.all(servers.map((server) => truthBy(server, names))).catch((error: unknown) => {
      if (late) throw error;
      return null; // a server that has just been cut off may ask to be asked again
    });
    if (truths === null) {
      await sleep(PAUSE);
      continue;
    }
    const found = truths.flatMap((truth) =>
      members.flatMap((member) => (member.isSettled() ? wrongAbout(member, truth) : [])),
    );
    if (found.length === 0 || late) return found;
    await sleep(PAUSE);
  }
}

function wrongAbout({ name, believed }: Member, truth: ReadonlyMap<string, string>): readonly Difference[] {
  const found: Difference[] = [];
  for (const [person, looks] of believed) {
    if (truth.get(person) !== looks) found.push({ watcher: name, person, believed: looks, truth: truth.get(person) });
  }
  return found;
}

async function truthBy(server: string, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const truth = new Map<string, string>();
  for (let from = 0; from < names.length; from += AT_ONCE) {
    const ids = names.slice(from, from + AT_ONCE);
    for (const { id, presence } of await users(server, ids)) truth.set(id, looksOf(presence));
  }
  return truth;
}

async function users(server: string, ids: readonly string[]) {
  const response = await fetch(`${server}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer dev:truth:server' },
    body: JSON.stringify({
      query: `query ($ids: [ID!]!) { users(ids: $ids) { id presence { ${LOOKS} } } }`,
      variables: { ids },
    }),
  });
  const { data, errors } = (await response.json()) as {
    readonly data?: { readonly users: readonly { readonly id: string; readonly presence: Looks }[] };
    readonly errors?: unknown;
  };
  if (data === undefined || errors !== undefined) throw new Error(`the truth was not told: ${JSON.stringify(errors)}`);
  return data.users;
}
