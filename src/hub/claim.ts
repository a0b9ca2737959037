/** What integrations say of a person: a call, a meeting. */
import { asMillis, type Millis, type Person } from '../presence/ids.ts';
import { type Availability, type ClaimSource, MAX_CLAIMS, type PresenceRecord } from '../presence/record.ts';
import { lineProblem } from '../presence/text.ts';
import type { Core } from './core.ts';
import { period, type StatusWords, statusLine } from './input.ts';
import { badInput } from './refusal.ts';
import { refuseText } from './settings.ts';

export interface ClaimName {
  readonly source: ClaimSource;
  readonly key: string;
}

export interface SetClaimInput extends ClaimName, StatusWords {
  readonly availability: Availability;
  readonly startsAt?: Date | null | undefined;
  readonly expiresAt?: Date | null | undefined;
}

const KEY_LIMIT = 128; // characters

export function createClaims(core: Core) {
  /** Told again, a claim is replaced; without a start it keeps the one it had, if it has begun. */
  async function setClaim(person: Person, input: SetClaimInput): Promise<PresenceRecord> {
    const { source, availability } = input;
    const key = keyOf(input.key, 'key');
    if (availability === 'OFFLINE') {
      throw badInput(
        'availability',
        'must be ONLINE, AWAY or BUSY; hiding is for the person, by setInvisible or setStatus',
      );
    }
    const { text = null, emoji = null } = statusLine(input) ?? {};
    if (text !== null) refuseText(await core.sites.get(person.site));
    const { expiresAt } = period(input, core.clock.now());
    const { after } = await core.report(person, (record, { now }) => {
      const known = record.claims.find((claim) => claim.source === source && claim.key === key);
      if (known === undefined && record.claims.length >= MAX_CLAIMS) {
        throw badInput('key', `cannot be added: a person has at most ${MAX_CLAIMS} claims at once`);
      }
      const startsAt = input.startsAt == null ? (runningSince(known) ?? now) : asMillis(input.startsAt.getTime());
      return [{ type: 'claim', source, key, availability, text, emoji, startsAt, expiresAt }];
    });
    return after;
  }

  /** A claim that is not there is no mistake: it may have ended by itself. */
  async function clearClaim(person: Person, { source, key }: ClaimName): Promise<PresenceRecord> {
    const name = keyOf(key, 'key');
    return (await core.report(person, () => [{ type: 'unclaim', source, key: name }])).after;
  }

  return { setClaim, clearClaim };
}

const runningSince = (claim: { readonly started: boolean; readonly startsAt: Millis } | undefined): Millis | null =>
  claim?.started ? claim.startsAt : null;

/** A key of the caller's own. */
export function keyOf(raw: string, field: string): string {
  const problem = lineProblem(raw, KEY_LIMIT);
  if (problem !== null) throw badInput(field, problem);
  return raw;
}
