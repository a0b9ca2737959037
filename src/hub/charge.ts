/** What commands cost: of people by themselves, and of whole sites. */
import type { Person } from '../presence/ids.ts';
import { personKey, siteKey } from '../store/key.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from './clock.ts';
import type { Limits } from './limits.ts';
import { createRates } from './rates.ts';
import { Refusal } from './refusal.ts';

/** Who commands. */
export interface Commander {
  readonly person: Person;
  readonly role: string;
}

export interface ChargeOptions {
  readonly clock: Clock;
  readonly store: Pick<Store, 'spend'>;
  readonly limits: Pick<Limits, 'commandsPerPerson' | 'commandsPerSite'>;
}

/** Throws RATE_LIMITED where these commands are too many: none of them is to be carried out then. */
export function createCharge({ clock, store: { spend: share }, limits }: ChargeOptions) {
  const { commandsPerPerson, commandsPerSite } = limits;
  const people = createRates({ clock, limit: commandsPerPerson, share });
  const sites = createRates({ clock, limit: commandsPerSite, share });

  /** The backend speaks for everybody, and so is nobody who could do so too often. */
  return ({ person, role }: Commander, commands: number): void => {
    const isCounted = commandsPerPerson > 0 && role !== 'SERVER';
    const personal = isCounted ? people.spend(personKey(person), commands) : null;
    if (personal !== null) throw tooMany('One person', commandsPerPerson, personal);
    const common = commandsPerSite > 0 ? sites.spend(siteKey(person.site), commands) : null;
    if (common !== null) throw tooMany('One site', commandsPerSite, common);
  };
}

function tooMany(who: string, limit: number, retryAfterMs: number): Refusal {
  return new Refusal('RATE_LIMITED', `${who} may make at most ${limit} mutations in ten seconds. Try again later.`, {
    limit,
    retryAfterMs,
  });
}
