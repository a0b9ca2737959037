/** What the API says, as values of this client: frozen, and the one that is there already while nothing in it changed. */
import type { OneselfFragment, SomebodyFragment, WordsFragment } from './generated/operations.ts';
import type { Presence, Status, Viewer } from './types.ts';

export function unknown(userId: string): Presence {
  return Object.freeze({
    userId,
    name: null,
    availability: 'OFFLINE',
    online: false,
    status: null,
    lastActive: null,
    stale: false,
    known: false,
  });
}

export function presenceOf({ id, name, presence }: SomebodyFragment): Presence {
  const { availability, status, lastActive, stale } = presence;
  return Object.freeze({
    userId: id,
    name,
    availability,
    online: availability !== 'OFFLINE',
    status: statusOf(status),
    lastActive,
    stale,
    known: true,
  });
}

export function viewerOf(viewer: OneselfFragment): Viewer {
  const { user, availability, invisible, manual, status, preferences, explanation } = viewer;
  return Object.freeze({
    userId: user.id,
    availability,
    invisible,
    manual,
    status: statusOf(status),
    seenAs: presenceOf(user),
    preferences: Object.freeze(preferences),
    explanation: Object.freeze(explanation),
  });
}

function statusOf(status: WordsFragment | null): Status | null {
  if (status === null) return null;
  const { customStatus, ...words } = status;
  return Object.freeze({ ...words, customStatusId: customStatus?.id ?? null });
}

/** Whether two values made here say the same; their members always come in the same order. */
export const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
