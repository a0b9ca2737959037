/** When a status is to be cleared by itself, as one picks it. */
import type { Status } from '../types.ts';
import { timeOfDay } from './time.ts';
import { words } from './words.ts';

export type Expiry = 'never' | 'minutes30' | 'hour' | 'today' | 'kept';

/** "kept" is what the status has already, where it has. */
export function expiriesFor(status: Status | null): readonly Expiry[] {
  return ['never', 'minutes30', 'hour', 'today', ...(status?.expiresAt == null ? [] : (['kept'] as const))];
}

export function expiryName(expiry: Expiry, status: Status | null, language: string): string {
  return expiry === 'kept' ? words().at(timeOfDay(status?.expiresAt ?? '', language)) : words()[expiry];
}

export function momentOf(expiry: Expiry, status: Status | null, now: Date): Date | null {
  switch (expiry) {
    case 'never':
      return null;
    case 'minutes30':
      return new Date(now.getTime() + 30 * 60_000);
    case 'hour':
      return new Date(now.getTime() + 60 * 60_000);
    case 'today':
      return new Date(now.getFullYear(), now.getMonth(), now.getDate(), 23, 59, 59, 999); // where the person is
    case 'kept':
      return status?.expiresAt == null ? null : new Date(status.expiresAt);
    default:
      return expiry satisfies never;
  }
}
