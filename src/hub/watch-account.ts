/** How many people somebody watches: over one socket, and over all that this process has of theirs. */
import type { Millis, Person } from '../presence/ids.ts';
import { ByPerson } from './by-person.ts';
import type { Limits } from './limits.ts';
import { Refusal } from './refusal.ts';

/** Whoever watches. */
export interface Reader {
  /** When the right to watch ends; null: never. */
  readonly until: Millis | null;
  readonly account?: Account | null;
}

export type AccountLimits = Pick<Limits, 'watchPerSocket' | 'watchPerPerson'>;

export function createAccounts({ watchPerSocket, watchPerPerson }: AccountLimits): (person: Person) => Account {
  const people = new ByPerson<number>();

  function count(person: Person, mine: number, by: number): void {
    const all = (people.get(person) ?? 0) + by;
    if (by > 0 && mine + by > watchPerSocket) throw tooMany('connection', watchPerSocket, mine + by);
    if (by > 0 && all > watchPerPerson) throw tooMany('person', watchPerPerson, all);
    if (all > 0) people.set(person, all);
    else people.delete(person);
  }

  return (person) => new Account(person, count);
}

/** Of all that comes over one socket; of one stream of server-sent events. A class, because there are that many. */
export class Account {
  readonly #person: Person;
  readonly #count: (person: Person, mine: number, by: number) => void;
  #mine = 0;

  constructor(person: Person, count: (person: Person, mine: number, by: number) => void) {
    this.#person = person;
    this.#count = count;
  }

  /** Throws WATCH_LIMIT_EXCEEDED when they would be too many, and then they are as many as before. */
  change(by: number): void {
    this.#count(this.#person, this.#mine, by);
    this.#mine += by;
  }
}

function tooMany(scope: 'connection' | 'person', limit: number, requested: number): Refusal {
  const says = `One ${scope} may watch at most ${limit} people, over all subscriptions; with these it would be ${requested}.`;
  return new Refusal('WATCH_LIMIT_EXCEEDED', says, { limit, requested, scope });
}
