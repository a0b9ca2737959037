/** Oneself: known while somebody listens, and changed by what the server answers. */
import type { Connecting } from './connection.ts';
import { follow } from './followed.ts';
import {
  ClearStatus,
  type OneselfFragment,
  ReadViewer,
  ReportActivity,
  SetInvisible,
  SetPreferences,
  SetStatus,
  WatchViewer,
} from './generated/operations.ts';
import { createListeners } from './listeners.ts';
import type { Parts } from './parts.ts';
import { same, viewerOf } from './presence.ts';
import type { Me, SetStatus as SetStatusOptions, Viewer } from './types.ts';

export interface Oneself {
  readonly me: Me;
  /** Nobody vouches any more for how others see one. */
  markStale(): void;
}

export function createMe(parts: Parts, connecting: Connecting): Oneself {
  let current: Viewer | null = null;
  let heard = 0;

  const listeners = createListeners<Viewer>(() => {
    connecting.connect();
    // Its first event is the next change, so what is true now is asked for. Whatever comes meanwhile is newer.
    return follow(
      { connecting, parts },
      { document: WatchViewer, variables: {} },
      {
        next: ({ viewerChanged }) => set(viewerChanged),
        begin(link) {
          const before = heard;
          link.request(ReadViewer, {}).then(
            ({ viewer }) => heard === before && set(viewer),
            () => {}, // it comes with the next change, or the next link
          );
        },
      },
    );
  });

  function set(viewer: OneselfFragment): Viewer {
    heard++;
    return keep(viewerOf(viewer));
  }

  function keep(next: Viewer): Viewer {
    if (current !== null && same(current, next)) return current;
    current = next;
    listeners.tell(next);
    return next;
  }

  const session = () => {
    const { sessionId } = connecting.current;
    return sessionId === null ? {} : { sessionId };
  };

  const me: Me = {
    get current() {
      return current;
    },
    onChange: (listener) => listeners.add(listener),
    async setStatus(status) {
      return set((await connecting.request(SetStatus, { input: inputOf(status) })).setStatus.viewer);
    },
    async clearStatus() {
      return set((await connecting.request(ClearStatus, {})).clearStatus.viewer);
    },
    async setInvisible(invisible) {
      return set((await connecting.request(SetInvisible, { input: { invisible } })).setInvisible.viewer);
    },
    async setPreferences(input) {
      return set((await connecting.request(SetPreferences, { input })).setPreferences.viewer);
    },
    async report(activity) {
      await connecting.request(ReportActivity, { input: { activity, ...session() } });
    },
  };
  return {
    me,
    markStale() {
      if (current !== null)
        keep(Object.freeze({ ...current, seenAs: Object.freeze({ ...current.seenAs, stale: true }) }));
    },
  };
}

function inputOf({ startsAt, expiresAt, ...status }: SetStatusOptions) {
  return {
    ...status,
    ...(startsAt === undefined ? {} : { startsAt: moment(startsAt) }),
    ...(expiresAt === undefined ? {} : { expiresAt: moment(expiresAt) }),
  };
}

const moment = (at: Date | string): string => (typeof at === 'string' ? at : at.toISOString());
