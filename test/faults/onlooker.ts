/** Somebody who watches others through everything, as an application does, and remembers all that they were told. */
import { closeSession, openSession } from '../process/people.ts';
import { onEndings } from '../support/endings.ts';
import { pause, until } from '../support/fleet.ts';
import type { Server } from './crowd.ts';

interface Sight {
  readonly user: string;
  /** The dot, and the words if there are any: `BUSY Deep work`. */
  readonly looks: string;
  readonly initial: boolean;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface Onlooker {
  /** Everything told so far, in order. */
  readonly told: readonly Sight[];
  /** How the person looks, as last told. */
  last(user: string): string | undefined;
  /** Everything told of the person after the first value, except what was known already when a watch began anew. */
  changes(user: string): readonly string[];
  /** Resolves when the last word on the person is this. */
  sees(user: string, looks: string, limit?: number): Promise<void>;
  /** When the person changed to this, in milliseconds since 1970; waits for it. */
  saw(user: string, looks: string): Promise<number>;
  /** Resolves when all that was announced before has been told: a marker comes and goes, by way of `server`. */
  upToDate(server: Server): Promise<void>;
  /** How often the connection was lost. */
  losses(): number;
}

const MARKER = 'marker';
const WATCH = `subscription ($users: [ID!]!) {
  presenceChanged(userIds: $users) { initial user { id } presence { availability status { text } } }
}`;

interface Told {
  readonly presenceChanged: {
    readonly initial: boolean;
    readonly user: { readonly id: string };
    readonly presence: { readonly availability: string; readonly status: { readonly text: string | null } | null };
  };
}

/** Resolves once the present values have come. @param server where to watch; asked again whenever that is lost */
export async function watch(server: () => Server, users: readonly string[]): Promise<Onlooker> {
  const told: Sight[] = [];
  const last = new Map<string, string>();
  const all = [...users, MARKER];
  let losses = 0;
  let over = false;
  let hangUp = () => {};

  function hear({ presenceChanged: { initial, user, presence } }: Told): void {
    const looks = [presence.availability, presence.status?.text].filter((word) => word != null).join(' ');
    told.push({ user: user.id, looks, initial, at: Date.now() });
    last.set(user.id, looks);
  }

  /** Until the connection is lost, or the watch refused. */
  async function watchOnce(): Promise<void> {
    const { socket, subscribe } = await server().connect({ token: 'dev:onlooker', session: false });
    hangUp = () => socket.terminate();
    const changes = subscribe<Told>(WATCH, { users: all });
    try {
      for (;;) {
        const { data } = await changes.take();
        if (data == null) return;
        hear(data);
      }
    } finally {
      hangUp();
    }
  }

  async function keepWatching(): Promise<void> {
    while (!over) {
      await watchOnce().catch(() => undefined); // the connection is lost: that is counted, and a new one made
      losses++;
      await pause(50);
    }
  }

  stops.add(() => {
    over = true;
    hangUp();
  });
  void keepWatching();
  await until('the watch has begun', () => last.size === all.length);
  return {
    told,
    last: (user) => last.get(user),
    changes: (user) =>
      told
        .filter((sight) => sight.user === user)
        .filter(({ looks, initial }, at, theirs) => at > 0 && !(initial && theirs[at - 1]?.looks === looks))
        .map(({ looks }) => looks),
    async sees(user, looks, limit) {
      await until(`${user} looks ${looks}`, () => last.get(user) === looks, limit).catch((error: unknown) => {
        throw new Error(`${error}, but ${told.filter((sight) => sight.user === user).map((sight) => sight.looks)}`);
      });
    },
    async saw(user, looks) {
      const sight = () => told.find((each) => each.user === user && each.looks === looks && !each.initial);
      await until(`${user} turned ${looks}`, sight);
      return sight()?.at ?? 0;
    },
    async upToDate(by) {
      const before = told.length;
      const shown = (looks: string) => () =>
        told.slice(before).some((sight) => sight.user === MARKER && sight.looks === looks);
      const session = await openSession(by, MARKER);
      await until('the marker has come', shown('ONLINE'));
      await closeSession(by, MARKER, session);
      await until('the marker has gone', shown('OFFLINE'));
    },
    losses: () => losses,
  };
}

const stops = new Set<() => void>();
onEndings({
  afterTest() {
    for (const stop of stops) stop();
    stops.clear();
  },
});
