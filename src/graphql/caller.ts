/** Who is asking: what the rest of the service knows of a token once it is found good. */
import type { Millis, Person } from '../presence/ids.ts';

/** GUEST may watch and enter rooms; ADMIN also decides about the site; SERVER also speaks for anybody in it. */
export type Role = 'USER' | 'ADMIN' | 'SERVER' | 'GUEST';

export interface Caller {
  readonly person: Person;
  readonly role: Role;
  /** What the token calls the person; null when it does not say. */
  readonly name: string | null;
  readonly issuedAt: Millis | null;
  /** The moment from which the token is worth nothing; null: never. May be years away, further than one timer reaches. */
  readonly expiresAt: Millis | null;
}
